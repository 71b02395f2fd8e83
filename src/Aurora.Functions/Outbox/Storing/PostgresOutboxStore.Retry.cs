using Aurora.Functions.Platform.Postgres;
using static Aurora.Functions.Platform.Postgres.SqlStatement;

namespace Aurora.Functions.Outbox.Storing;

/// <content>An operator's retry.</content>
internal sealed partial class PostgresOutboxStore
{
    private const string LockKeyOfRowSql =
        """
        SELECT k.partition_key FROM outbox_keys k
        WHERE k.partition_key = (SELECT o.partition_key FROM crm_event_outbox o WHERE o.id = $1)
        FOR UPDATE
        """;

    // The row becomes the head when it is older than a head that is not in flight; otherwise the key remembers where to look.
    private const string RetrySql =
        """
        WITH found AS (
            SELECT o.id, o.status, o.dead_at IS NOT NULL AS was_dead FROM crm_event_outbox o WHERE o.id = $1
        ), revived AS (
            UPDATE crm_event_outbox o SET next_retry_at = $2, dead_at = NULL
            WHERE o.id = $1 AND o.status = 'FAILED'
            RETURNING o.id, o.partition_key, o.created_at, o.lane
        ), keyed AS (
            INSERT INTO outbox_keys AS k
                (partition_key, head_id, head_created_at, lane, state, waiting, tail_created_at)
            SELECT r.partition_key, r.id, r.created_at, r.lane, 0, 0, r.created_at FROM revived r
            ON CONFLICT (partition_key) DO UPDATE
            SET head_id = CASE WHEN k.state <> 1 AND excluded.head_created_at < k.head_created_at
                    THEN excluded.head_id ELSE k.head_id END,
                lane = CASE WHEN k.state <> 1 AND excluded.head_created_at < k.head_created_at
                    THEN excluded.lane ELSE k.lane END,
                head_created_at = CASE WHEN k.state <> 1 THEN least(excluded.head_created_at, k.head_created_at)
                    ELSE k.head_created_at END,
                next_from = CASE WHEN k.state = 1 AND excluded.head_created_at < k.head_created_at
                    THEN least(coalesce(k.next_from, excluded.head_created_at), excluded.head_created_at) ELSE k.next_from END,
                state = CASE WHEN k.state = 1 THEN 1
                    WHEN excluded.head_created_at < k.head_created_at OR excluded.head_id = k.head_id THEN 0
                    ELSE k.state END,
                due_at = CASE WHEN excluded.head_created_at < k.head_created_at OR excluded.head_id = k.head_id
                    THEN NULL ELSE k.due_at END,
                waiting = k.waiting + CASE WHEN excluded.head_id = k.head_id THEN 0 ELSE 1 END
            RETURNING partition_key
        )
        SELECT f.status, (SELECT count(*) FROM revived)::integer, (SELECT count(*) FROM keyed)::integer FROM found f
        """;

    /// <inheritdoc />
    public async Task<OutboxRetryOutcome> RetryAsync(OutboxId id, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(SqlStatement.Of(LockKeyOfRowSql, Text(id.Value)));
        batch.BatchCommands.Add(SqlStatement.Of(RetrySql, Text(id.Value), Instant(now)));
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.NextResultAsync(cancellation);
        if (!await reader.ReadAsync(cancellation))
        {
            return OutboxRetryOutcome.NotFound;
        }

        return reader.GetInt32(1) == 1 ? OutboxRetryOutcome.Requeued : OutboxRetryOutcome.NotFailed;
    }
}
