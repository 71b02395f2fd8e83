// One thing: the questions and answers of recovery; leases, gone workers and lost keys are found and taken over together.
using Aurora.Functions.Platform.Postgres;
using Npgsql;
using static Aurora.Functions.Platform.Postgres.SqlStatement;

namespace Aurora.Functions.Outbox.Storing;

/// <content>Recovery: leases that ran out, workers that are gone, rows whose key is unknown.</content>
internal sealed partial class PostgresOutboxStore
{
    private static readonly TimeSpan FullLookInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LookOverlap = TimeSpan.FromSeconds(5);
    private DateTimeOffset _lookedUntil = DateTimeOffset.UnixEpoch;
    private DateTimeOffset _nextFullLook = DateTimeOffset.UnixEpoch;

    private const string FindClaimedSql =
        """
        SELECT o.id, o.attempts, o.event_type, o.payload::text, o.trace_id, o.partition_key, o.lane, o.created_at
        FROM crm_event_outbox o
        WHERE o.id = $1 AND o.attempts = $2 AND o.status || '' = 'PROCESSING'
        """;

    private const string ListOwnedSql =
        """
        SELECT o.id, o.attempts
        FROM unnest($1::varchar[], $2::integer[]) AS i(id, attempts)
        JOIN crm_event_outbox o ON o.id = i.id AND o.attempts = i.attempts AND o.status || '' = 'PROCESSING'
        """;

    private const string ListExpiredSql =
        """
        SELECT o.id, o.attempts, o.event_type, o.trace_id, o.locked_by, o.locked_until
        FROM crm_event_outbox o
        WHERE o.status = 'PROCESSING' AND o.locked_until <= $1 AND o.locked_until >= $3
        ORDER BY o.locked_until
        LIMIT $2
        """;

    // A worker holds its lock as long as its session lives: getting the lock means it is gone.
    private const string ListAbandonedSql =
        """
        WITH gone AS MATERIALIZED (
            SELECT w.worker_id FROM outbox_workers w
            WHERE w.worker_id <> $1 AND pg_try_advisory_xact_lock(w.lock_key)
        )
        SELECT o.id, o.attempts, o.event_type, o.trace_id, o.locked_by, o.locked_until
        FROM gone g
        JOIN crm_event_outbox o ON o.status = 'PROCESSING' AND o.locked_by = g.worker_id
        LIMIT $2
        """;

    private const string ListClaimedBySql =
        """
        SELECT o.id, o.attempts, o.event_type, o.trace_id, o.locked_by, o.locked_until
        FROM crm_event_outbox o
        WHERE o.status = 'PROCESSING' AND o.locked_by = $1
        LIMIT $2
        """;

    private const string ForgetGoneSql =
        """
        WITH gone AS MATERIALIZED (
            SELECT w.worker_id FROM outbox_workers w
            WHERE w.worker_id <> $1 AND pg_try_advisory_xact_lock(w.lock_key)
        )
        DELETE FROM outbox_workers w USING gone g
        WHERE w.worker_id = g.worker_id
          AND NOT EXISTS (
              SELECT FROM crm_event_outbox o WHERE o.status = 'PROCESSING' AND o.locked_by = g.worker_id)
        """;

    private const string ExtendSql =
        """
        UPDATE crm_event_outbox o SET locked_by = $3, locked_until = $4
        FROM unnest($1::varchar[], $2::integer[]) AS i(id, attempts)
        WHERE o.id = i.id AND o.attempts = i.attempts AND o.status || '' = 'PROCESSING'
        """;

    // Walks the distinct keys of waiting rows by jumps in the index, whatever their depth.
    private const string AdoptSql =
        """
        WITH RECURSIVE steps AS (
            (SELECT o.partition_key FROM crm_event_outbox o
             WHERE o.status IN ('PENDING', 'FAILED') AND o.dead_at IS NULL AND o.partition_key > $1
             ORDER BY o.partition_key LIMIT 1)
            UNION ALL
            SELECT (SELECT o.partition_key FROM crm_event_outbox o
                    WHERE o.status IN ('PENDING', 'FAILED') AND o.dead_at IS NULL AND o.partition_key > s.partition_key
                    ORDER BY o.partition_key LIMIT 1)
            FROM steps s WHERE s.partition_key IS NOT NULL
        ), page AS MATERIALIZED (
            SELECT s.partition_key FROM steps s WHERE s.partition_key IS NOT NULL LIMIT $2
        ), adopted AS (
            INSERT INTO outbox_keys
                (partition_key, head_id, head_created_at, lane, state, due_at, waiting, tail_created_at)
            SELECT p.partition_key, h.id, h.created_at, h.lane,
                   CASE WHEN h.next_retry_at > $3 THEN 2 ELSE 0 END,
                   CASE WHEN h.next_retry_at > $3 THEN h.next_retry_at END,
                   r.behind, r.newest
            FROM page p
            CROSS JOIN LATERAL (
                SELECT o.id, o.created_at, o.lane, o.next_retry_at FROM crm_event_outbox o
                WHERE o.partition_key = p.partition_key AND o.status IN ('PENDING', 'FAILED') AND o.dead_at IS NULL
                ORDER BY o.created_at, o.id LIMIT 1) h
            CROSS JOIN LATERAL (
                SELECT (count(*) - 1)::integer AS behind, max(o.created_at) AS newest FROM crm_event_outbox o
                WHERE o.partition_key = p.partition_key AND o.status IN ('PENDING', 'FAILED') AND o.dead_at IS NULL) r
            WHERE NOT EXISTS (SELECT FROM outbox_keys k WHERE k.partition_key = p.partition_key)
            ORDER BY p.partition_key
            ON CONFLICT (partition_key) DO NOTHING
            RETURNING partition_key
        )
        SELECT (SELECT count(*) FROM adopted)::integer, (SELECT count(*) FROM page)::integer,
               (SELECT max(p.partition_key) FROM page p)
        """;

    /// <inheritdoc />
    public async Task<OutboxItem?> FindClaimedAsync(OutboxClaim claim, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(FindClaimedSql);
        command.Parameters.Add(Text(claim.Id.Value));
        command.Parameters.Add(Integer(claim.Attempt));
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? ReadItem(reader) : null;
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<OutboxClaim>> ListOwnedAsync(
        IReadOnlyList<OutboxClaim> claims, CancellationToken cancellation)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(SqlStatement.Of(OutboxAdvanceSql.PinPlans));
        batch.BatchCommands.Add(SqlStatement.Of(
            ListOwnedSql, Texts([.. claims.Select(static c => c.Id.Value)]), Integers([.. claims.Select(static c => c.Attempt)])));
        var owned = new List<OutboxClaim>();
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.NextResultAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            owned.Add(new OutboxClaim(new OutboxId(reader.GetString(0)), reader.GetInt32(1)));
        }

        return owned;
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<OutboxLease>> ListExpiredAsync(
        DateTimeOffset now, int limit, CancellationToken cancellation)
    {
        // Leases end in the order of claims: what ended before the last look was dealt with then, and is looked at again once a
        // minute, so that the entries of finished rows, which an old snapshot keeps, are not walked every time.
        if (now >= _nextFullLook)
        {
            _nextFullLook = now + FullLookInterval;
            _lookedUntil = DateTimeOffset.UnixEpoch;
        }

        await using var command = database.CreateCommand(ListExpiredSql);
        command.Parameters.Add(Instant(now));
        command.Parameters.Add(Integer(limit));
        command.Parameters.Add(Instant(_lookedUntil));
        var leases = await ReadLeasesAsync(command, cancellation);
        _lookedUntil = leases.Count < limit ? now - LookOverlap : _lookedUntil;
        return leases;
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<OutboxLease>> ListAbandonedAsync(
        string self, int limit, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(ListAbandonedSql);
        command.Parameters.Add(Text(self));
        command.Parameters.Add(Integer(limit));
        var leases = await ReadLeasesAsync(command, cancellation);
        if (leases.Count < limit)
        {
            await using var forget = database.CreateCommand(ForgetGoneSql);
            forget.Parameters.Add(Text(self));
            await forget.ExecuteNonQueryAsync(cancellation);
        }

        return leases;
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<OutboxLease>> ListClaimedByAsync(string workerId, int limit, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(ListClaimedBySql);
        command.Parameters.Add(Text(workerId));
        command.Parameters.Add(Integer(limit));
        return await ReadLeasesAsync(command, cancellation);
    }

    /// <inheritdoc />
    public async Task<int> ExtendAsync(
        IReadOnlyList<OutboxClaim> claims, string workerId, DateTimeOffset lockedUntil, CancellationToken cancellation)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(SqlStatement.Of(OutboxAdvanceSql.PinPlans));
        var extend = SqlStatement.Of(
            ExtendSql,
            Texts([.. claims.Select(static c => c.Id.Value)]),
            Integers([.. claims.Select(static c => c.Attempt)]),
            Text(workerId),
            Instant(lockedUntil));
        batch.BatchCommands.Add(extend);
        await batch.ExecuteNonQueryAsync(cancellation);
        return (int)extend.RecordsAffected;
    }

    /// <inheritdoc />
    public async Task<OutboxKeySweep> AdoptAsync(
        string? cursor, int limit, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(SqlStatement.Of(OutboxAdvanceSql.PinPlans));
        batch.BatchCommands.Add(SqlStatement.Of(AdoptSql, Text(cursor ?? string.Empty), Integer(limit), Instant(now)));
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.NextResultAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return new OutboxKeySweep(reader.GetInt32(0), reader.GetInt32(1) < limit ? null : reader.GetString(2));
    }

    private static async Task<IReadOnlyList<OutboxLease>> ReadLeasesAsync(
        NpgsqlCommand command, CancellationToken cancellation)
    {
        var leases = new List<OutboxLease>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            leases.Add(new OutboxLease(
                new OutboxClaim(new OutboxId(reader.GetString(0)), reader.GetInt32(1)),
                reader.GetString(2),
                reader.GetString(3),
                reader.NullableText(4),
                reader.NullableInstant(5)));
        }

        return leases;
    }
}
