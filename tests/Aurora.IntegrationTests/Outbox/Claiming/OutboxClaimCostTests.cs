using Aurora.Functions.Outbox;
using Aurora.Functions.Outbox.Claiming;
using Aurora.Functions.Outbox.Storing;
using Aurora.Functions.Platform.Postgres;
using Aurora.TestKit.Outbox;
using Aurora.TestKit.Postgres;
using Npgsql;
using Xunit;

namespace Aurora.IntegrationTests.Outbox.Claiming;

/// <summary>What a claim costs does not depend on finished rows, on one key's backlog, or on who holds an old snapshot.</summary>
public sealed class OutboxClaimCostTests(DatabaseFixture fixture) : OutboxTests(fixture)
{
    private static readonly DateTimeOffset Later = OutboxRows.Noon.AddHours(1);

    [Fact]
    public async Task Claim_OneSenderHoldsNearlyAll_ReadsAsManyEntriesAsItTakes()
    {
        await FillAsync(finished: 20_000, waitingOfOne: 5_000, otherKeys: 100);
        await using var connection = await Database.DataSource.OpenConnectionAsync();

        var plan = await ExplainClaimAsync(connection);

        Assert.Contains("ix_outbox_keys_ready", plan, StringComparison.Ordinal);
        Assert.Contains("crm_event_outbox_pkey", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Sort", plan, StringComparison.Ordinal);
        var position = new ClaimPosition();
        await using var store = new PostgresOutboxStore(Database.DataSource, position);
        Assert.Equal(25, (await ClaimAsync(store)).Count);
        Assert.InRange(position.TotalWalked, 25, 50);
    }

    [Theory]
    [InlineData("complete")]
    [InlineData("fail")]
    public async Task Marks_OnALargeTable_FindRowsByIdAndTheNextHeadThroughItsIndex(string mark)
    {
        await FillAsync(finished: 20_000, waitingOfOne: 5_000, otherKeys: 100);
        await Database.ExecuteAsync("ANALYZE crm_event_outbox");
        await using var connection = await Database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await ExplainAsync(connection, OutboxAdvanceSql.PinPlans);

        var plan = mark == "complete"
            ? await ExplainAsync(connection, "EXPLAIN " + PostgresOutboxStore.CompleteSql, SqlStatement.Texts(["a"]), SqlStatement.Integers([1]), SqlStatement.Instant(Later))
            : await ExplainAsync(
                connection,
                "EXPLAIN " + PostgresOutboxStore.FailSql,
                SqlStatement.Texts(["a"]),
                SqlStatement.Integers([1]),
                SqlStatement.Texts(["r"]),
                SqlStatement.Instants([Later]),
                SqlStatement.Booleans([false]),
                SqlStatement.Instant(Later));

        Assert.Contains("crm_event_outbox_pkey", plan, StringComparison.Ordinal);
        Assert.Contains("ix_crm_event_outbox_waiting", plan, StringComparison.Ordinal);
        Assert.Contains("outbox_keys_pkey", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("ix_crm_event_outbox_leases", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("ix_crm_event_outbox_status", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan", plan, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sweeps_OnALargeTable_UseTheirIndexes()
    {
        await FillAsync(finished: 20_000, waitingOfOne: 1_000, otherKeys: 100);
        // Without it the plans depend on whether the server's own analysis came in between.
        await Database.ExecuteAsync("ANALYZE crm_event_outbox, outbox_keys");
        await using var connection = await Database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await ExplainAsync(connection, OutboxAdvanceSql.PinPlans);

        foreach (var (sql, index) in new[]
        {
            ("SELECT o.id FROM crm_event_outbox o WHERE o.status = 'PROCESSING' AND o.locked_until <= '2026-03-02' ORDER BY o.locked_until LIMIT 500", "ix_crm_event_outbox_leases"),
            ("SELECT p.id FROM crm_event_outbox p WHERE p.next_retry_at < '2026-03-03' AND p.status = 'COMPLETED' AND p.processed_at < '2026-03-03' ORDER BY p.next_retry_at LIMIT 2000 FOR UPDATE SKIP LOCKED", "ix_crm_event_outbox_next_retry_at"),
            ("SELECT o.id FROM crm_event_outbox o WHERE o.trace_id = 't'", "ix_crm_event_outbox_trace_id"),
            ("SELECT o.partition_key FROM crm_event_outbox o WHERE o.status IN ('PENDING', 'FAILED') AND o.dead_at IS NULL AND o.partition_key > '' ORDER BY o.partition_key LIMIT 1", "ix_crm_event_outbox_waiting"),
            ("SELECT d.partition_key FROM outbox_keys d WHERE d.state = 2 AND d.due_at <= '2026-03-03' ORDER BY d.due_at LIMIT 500", "ix_outbox_keys_due"),
        })
        {
            Assert.Contains(index, await ExplainAsync(connection, "EXPLAIN " + sql), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Drain_WithAnOldSnapshotHeldOpen_StopsWalkingOverWhatItTook()
    {
        const int keys = 12_000;
        await FillAsync(finished: 0, waitingOfOne: 0, otherKeys: keys);
        await using var holder = await Database.DataSource.OpenConnectionAsync();
        await using var old = await holder.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead);
        await using (var look = new NpgsqlCommand("SELECT count(*) FROM outbox_keys", holder))
        {
            await look.ExecuteScalarAsync();
        }

        var position = new ClaimPosition();
        await using var store = new PostgresOutboxStore(Database.DataSource, position);
        var taken = 0;
        for (var items = await ClaimAsync(store, 400); taken < keys; items = await ClaimAsync(store, 400))
        {
            taken += items.Count;
            await store.CompleteAsync([.. items.Select(i => i.Claim)], Later, default);
        }

        // From the beginning each time it would be 30 claims over 6,000 dead entries on average: 180,000.
        Assert.True(position.IsSkipping);
        Assert.InRange(position.TotalWalked, keys, 8 * keys);
    }

    private static Task<IReadOnlyList<OutboxItem>> ClaimAsync(PostgresOutboxStore store, int limit = 25) =>
        store.ClaimAsync(new OutboxClaimRequest("w", limit, Later, Later.AddSeconds(60)), default);

    private static async Task<string> ExplainAsync(NpgsqlConnection connection, string sql, params NpgsqlParameter[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(parameters);
        var lines = new List<string>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            lines.Add(reader.GetString(0));
        }

        return string.Join('\n', lines);
    }

    private static async Task<string> ExplainClaimAsync(NpgsqlConnection connection)
    {
        await using var transaction = await connection.BeginTransactionAsync();
        await ExplainAsync(connection, PostgresOutboxStore.ClaimSettingsSql);
        var from = DateTimeOffset.UnixEpoch;
        return await ExplainAsync(
            connection,
            "EXPLAIN " + PostgresOutboxStore.ClaimSql,
            SqlStatement.Integer(25),
            SqlStatement.Text("w"),
            SqlStatement.Instant(Later),
            SqlStatement.Instant(from),
            SqlStatement.Instant(from),
            SqlStatement.Instant(from),
            SqlStatement.Texts([]));
    }

    private Task<int> FillAsync(int finished, int waitingOfOne, int otherKeys) => Database.ExecuteAsync(
        """
        WITH done AS (
            INSERT INTO crm_event_outbox (id, event_type, payload, status, attempts, trace_id, created_at, processed_at, next_retry_at, partition_key)
            SELECT 'done-' || n, 'INGEST_RECEIVED', '{}', 'COMPLETED', 1, 'td-' || n, $1, $1, $1, 'done' FROM generate_series(1, $2) n
        ), deep AS (
            INSERT INTO crm_event_outbox (id, event_type, payload, trace_id, created_at, next_retry_at, partition_key)
            SELECT 'deep-' || n, 'INGEST_RECEIVED', '{}', 'tp-' || n, $1 + n * interval '1 ms', $1 + n * interval '1 ms', 'deep'
            FROM generate_series(1, $3) n
        ), others AS (
            INSERT INTO crm_event_outbox (id, event_type, payload, trace_id, created_at, next_retry_at, partition_key)
            SELECT 'other-' || n, 'INGEST_RECEIVED', '{}', 'to-' || n, $1 + n * interval '1 ms', $1 + n * interval '1 ms', 'other-' || n
            FROM generate_series(1, $4) n
        ), deep_key AS (
            INSERT INTO outbox_keys (partition_key, head_id, head_created_at, lane, waiting, tail_created_at)
            SELECT 'deep', 'deep-1', $1 + interval '1 ms', 0, $3 - 1, $1 + $3 * interval '1 ms' WHERE $3 > 0
        )
        INSERT INTO outbox_keys (partition_key, head_id, head_created_at, lane, waiting, tail_created_at)
        SELECT 'other-' || n, 'other-' || n, $1 + n * interval '1 ms', 0, 0, $1 + n * interval '1 ms' FROM generate_series(1, $4) n
        """,
        OutboxRows.Noon.UtcDateTime,
        finished,
        waitingOfOne,
        otherKeys);
}
