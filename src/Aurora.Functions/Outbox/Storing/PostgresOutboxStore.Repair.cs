using Aurora.Functions.Platform.Postgres;
using static Aurora.Functions.Platform.Postgres.SqlStatement;

namespace Aurora.Functions.Outbox.Storing;

/// <content>Repair: keys whose head nobody could ever claim, and claims without a lease. Only changes by hand make them.</content>
internal sealed partial class PostgresOutboxStore
{
    // What is wrong with a key k, beside its head row h and its oldest waiting row f:
    // the head is gone, finished, dead or another key's; nobody has it though it counts as in flight; it waits longer than its
    // row; an older row stands behind it.
    private const string IsBroken =
        """
        (h.id IS NULL OR h.status NOT IN ('PENDING', 'PROCESSING', 'FAILED') OR (h.status <> 'PROCESSING' AND h.dead_at IS NOT NULL)
         OR (k.state = 1 AND h.status <> 'PROCESSING')
         OR (k.state = 2 AND h.status <> 'PROCESSING' AND k.due_at > h.next_retry_at)
         OR (k.next_from IS NULL AND f.created_at < k.head_created_at AND f.id <> k.head_id))
        """;

    private const string HeadAndOldest =
        """
        LEFT JOIN crm_event_outbox h ON h.id = k.head_id AND h.partition_key = k.partition_key
        LEFT JOIN LATERAL (
            SELECT o.id, o.created_at, o.lane, o.next_retry_at FROM crm_event_outbox o
            WHERE o.partition_key = k.partition_key AND o.status IN ('PENDING', 'FAILED') AND o.dead_at IS NULL
            ORDER BY o.created_at, o.id LIMIT 1) f ON true

        """;

    private const string FindBrokenSql =
        """
        WITH k AS MATERIALIZED (
            SELECT p.* FROM outbox_keys p WHERE p.partition_key > $1 ORDER BY p.partition_key LIMIT $2
        )
        SELECT count(*)::integer, max(k.partition_key), coalesce(array_agg(k.partition_key) FILTER (WHERE
        """ + IsBroken +
        """
        ), '{}')
        FROM k

        """ + HeadAndOldest;

    private const string LockNamedKeysSql =
        "SELECT k.partition_key FROM outbox_keys k WHERE k.partition_key = ANY ($1) ORDER BY k.partition_key FOR UPDATE";

    // Looked at again, under the lock and with a snapshot of its own: what was only on its way is whole by now.
    private const string RepairSql =
        """
        WITH broken AS MATERIALIZED (
            SELECT k.partition_key, h.status IS NOT DISTINCT FROM 'PROCESSING' AS is_claimed,
                   f.id, f.created_at, f.lane, f.next_retry_at
            FROM outbox_keys k

        """ + HeadAndOldest +
        """
            WHERE k.partition_key = ANY ($1) AND
        """ + IsBroken +
        """

        ), emptied AS (
            DELETE FROM outbox_keys k USING broken b WHERE k.partition_key = b.partition_key AND b.id IS NULL
            RETURNING k.partition_key
        ), remembered AS (
            UPDATE outbox_keys k SET next_from = b.created_at FROM broken b
            WHERE k.partition_key = b.partition_key AND b.id IS NOT NULL AND b.is_claimed
            RETURNING k.partition_key
        ), headed AS (
            UPDATE outbox_keys k
            SET head_id = b.id, head_created_at = b.created_at, lane = b.lane, next_from = NULL, waiting = k.waiting + 1,
                state = CASE WHEN b.next_retry_at > $2 THEN 2 ELSE 0 END,
                due_at = CASE WHEN b.next_retry_at > $2 THEN b.next_retry_at END
            FROM broken b
            WHERE k.partition_key = b.partition_key AND b.id IS NOT NULL AND NOT b.is_claimed
            RETURNING k.partition_key
        )
        SELECT ((SELECT count(*) FROM emptied) + (SELECT count(*) FROM remembered) + (SELECT count(*) FROM headed))::integer
        """;

    // A claim always carries a lease; without one no sweep would ever take the row back.
    private const string LeaseClaimsSql =
        """
        UPDATE crm_event_outbox o SET locked_until = $1
        WHERE o.id = ANY (ARRAY(
            SELECT p.id FROM crm_event_outbox p
            WHERE p.status = 'PROCESSING' AND p.locked_until IS NULL
            LIMIT $2 FOR UPDATE SKIP LOCKED))
        """;

    /// <inheritdoc />
    public async Task<OutboxKeySweep> RepairAsync(
        string? cursor, int limit, DateTimeOffset now, CancellationToken cancellation)
    {
        int seen;
        string? last;
        string[] broken;
        await using (var batch = database.CreateBatch())
        {
            batch.BatchCommands.Add(SqlStatement.Of(OutboxAdvanceSql.PinPlans));
            batch.BatchCommands.Add(SqlStatement.Of(LeaseClaimsSql, Instant(now), Integer(limit)));
            batch.BatchCommands.Add(SqlStatement.Of(FindBrokenSql, Text(cursor ?? string.Empty), Integer(limit)));
            await using var reader = await batch.ExecuteReaderAsync(cancellation);
            await reader.NextResultAsync(cancellation);
            await reader.ReadAsync(cancellation);
            seen = reader.GetInt32(0);
            last = reader.NullableText(1);
            broken = reader.GetFieldValue<string[]>(2);
        }

        return new OutboxKeySweep(
            broken.Length == 0 ? 0 : await RepairAsync(broken, now, cancellation), seen < limit ? null : last);
    }

    private async Task<int> RepairAsync(string[] keys, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(SqlStatement.Of(OutboxAdvanceSql.PinPlans));
        batch.BatchCommands.Add(SqlStatement.Of(LockNamedKeysSql, Texts(keys)));
        batch.BatchCommands.Add(SqlStatement.Of(RepairSql, Texts(keys), Instant(now)));
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.NextResultAsync(cancellation);
        await reader.NextResultAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return reader.GetInt32(0);
    }
}
