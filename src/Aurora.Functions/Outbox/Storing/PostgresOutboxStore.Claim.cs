using Aurora.Functions.Platform.Postgres;
using Npgsql;
using static Aurora.Functions.Platform.Postgres.SqlStatement;

namespace Aurora.Functions.Outbox.Storing;

/// <content>Claiming: due keys become ready, then the oldest ready heads are taken.</content>
internal sealed partial class PostgresOutboxStore
{
    // A lost claim is harmless: the row is claimed again with the same attempt, so with the same derived instance id, and the
    // instance that may exist already counts as started while it runs; one that has ended gives the row to the next attempt.
    // Hence no wait for the disk here (src/adr/0004-outbox-claim.md).
    internal const string ClaimSettingsSql =
        """
        SELECT set_config('synchronous_commit', 'off', true), set_config('enable_seqscan', 'off', true),
               set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
               pg_stat_get_xact_tuples_returned('ix_outbox_keys_ready'::regclass)
        """;

    // How many index entries this session has read so far; before and after the claim it tells how far the claim had to walk.
    private const string WalkedSql = "SELECT pg_stat_get_xact_tuples_returned('ix_outbox_keys_ready'::regclass)";

    private const string PromoteDueSql =
        """
        UPDATE outbox_keys k SET state = 0, due_at = NULL
        WHERE k.partition_key = ANY (ARRAY(
            SELECT d.partition_key FROM outbox_keys d
            WHERE d.state = 2 AND d.due_at <= $1
            ORDER BY d.due_at LIMIT 500
            FOR UPDATE SKIP LOCKED))
        """;

    internal const string ClaimSql =
        """
        WITH named AS (
            SELECT k.partition_key FROM outbox_keys k
            WHERE k.partition_key = ANY ($7) AND k.state = 0
            LIMIT $1 FOR UPDATE SKIP LOCKED
        ), live AS (
            SELECT k.partition_key FROM outbox_keys k
            WHERE k.state = 0 AND k.lane = 0 AND k.head_created_at >= $4
            ORDER BY k.head_created_at, k.head_id
            LIMIT greatest($1 - (SELECT count(*) FROM named), 0) FOR UPDATE SKIP LOCKED
        ), calendar AS (
            SELECT k.partition_key FROM outbox_keys k
            WHERE k.state = 0 AND k.lane = 1 AND k.head_created_at >= $5
            ORDER BY k.head_created_at, k.head_id
            LIMIT greatest($1 - (SELECT count(*) FROM named) - (SELECT count(*) FROM live), 0) FOR UPDATE SKIP LOCKED
        ), bulk AS (
            SELECT k.partition_key FROM outbox_keys k
            WHERE k.state = 0 AND k.lane = 2 AND k.head_created_at >= $6
            ORDER BY k.head_created_at, k.head_id
            LIMIT greatest($1 - (SELECT count(*) FROM named) - (SELECT count(*) FROM live) - (SELECT count(*) FROM calendar), 0)
            FOR UPDATE SKIP LOCKED
        ), marked AS (
            UPDATE outbox_keys k SET state = 1
            WHERE k.partition_key = ANY (ARRAY(
                SELECT partition_key FROM named UNION ALL SELECT partition_key FROM live
                UNION ALL SELECT partition_key FROM calendar UNION ALL SELECT partition_key FROM bulk))
            RETURNING k.head_id
        )
        UPDATE crm_event_outbox o
        SET status = 'PROCESSING', attempts = o.attempts + 1, last_error = NULL, locked_by = $2, locked_until = $3
        FROM marked m
        WHERE o.id = m.head_id AND o.status || '' IN ('PENDING', 'FAILED') AND o.dead_at IS NULL
        RETURNING o.id, o.attempts, o.event_type, o.payload::text, o.trace_id, o.partition_key, o.lane, o.created_at
        """;

    /// <inheritdoc />
    public async Task<IReadOnlyList<OutboxItem>> ClaimAsync(OutboxClaimRequest request, CancellationToken cancellation)
    {
        var scan = position.Next(request.Now);
        var started = TimeProvider.System.GetTimestamp();
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(SqlStatement.Of(ClaimSettingsSql));
        batch.BatchCommands.Add(SqlStatement.Of(PromoteDueSql, Instant(request.Now)));
        batch.BatchCommands.Add(SqlStatement.Of(
            ClaimSql,
            Integer(request.Limit),
            Text(request.WorkerId),
            Instant(request.LockedUntil),
            Instant(scan.Floors[0]),
            Instant(scan.Floors[1]),
            Instant(scan.Floors[2]),
            Texts(scan.Keys)));

        batch.BatchCommands.Add(SqlStatement.Of(WalkedSql));
        var items = new List<OutboxItem>(request.Limit);
        long walked;
        await using (var reader = await batch.ExecuteReaderAsync(cancellation))
        {
            await reader.ReadAsync(cancellation);
            walked = -reader.GetInt64(4);
            await reader.NextResultAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                items.Add(ReadItem(reader));
            }

            await reader.NextResultAsync(cancellation);
            await reader.ReadAsync(cancellation);
            walked += reader.GetInt64(0);
        }

        // An updating statement returns its rows in no particular order.
        items.Sort(static (a, b) => Compare(a, b));
        position.Observe(scan, items, request.Limit, walked, TimeProvider.System.GetElapsedTime(started), request.Now);
        return items;
    }

    private static OutboxItem ReadItem(NpgsqlDataReader reader) => new(
        new OutboxClaim(new OutboxId(reader.GetString(0)), reader.GetInt32(1)),
        reader.GetString(2),
        reader.GetString(3),
        reader.GetString(4),
        reader.GetString(5),
        (OutboxLane)reader.GetInt16(6),
        reader.GetFieldValue<DateTimeOffset>(7));

    private static int Compare(OutboxItem a, OutboxItem b)
    {
        var byLane = a.Lane.CompareTo(b.Lane);
        var byTime = byLane != 0 ? byLane : a.CreatedAt.CompareTo(b.CreatedAt);
        return byTime != 0 ? byTime : string.CompareOrdinal(a.Claim.Id.Value, b.Claim.Id.Value);
    }
}
