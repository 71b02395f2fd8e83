namespace Aurora.Functions.Outbox;

/// <summary>
/// The fragments with which a row is finished, for the statement that stores the effect of its work. Order of locks everywhere:
/// key rows in key order, then outbox rows.
/// </summary>
internal static class OutboxAdvanceSql
{
    /// <summary>
    /// Keeps plans on the indexes whatever the statistics say: these statements touch some hundred rows of tables that grow
    /// from nothing to millions faster than statistics follow. Run first in the batch; ends with its transaction. For the same
    /// reason rows that are known by id compare <c>status || ''</c>: a partial index on the status must not look tempting.
    /// </summary>
    public const string PinPlans =
        """
        SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
               set_config('enable_mergejoin', 'off', true)
        """;

    /// <summary>
    /// Locks the keys of the rows <c>$1</c>. A statement of its own, so that the next one sees what these locks waited for.
    /// </summary>
    public const string LockKeys =
        """
        SELECT count(*)
        FROM (
            SELECT FROM outbox_keys k
            WHERE k.partition_key = ANY (ARRAY(SELECT o.partition_key FROM crm_event_outbox o WHERE o.id = ANY ($1)))
            ORDER BY k.partition_key
            FOR UPDATE) locked
        """;

    /// <summary>
    /// Appended after a CTE named <c>complete_input(id, attempts, processed_at, ordinal)</c>; ends with <see cref="AdvanceCtes"/>,
    /// and <c>completed(id, attempts, trace_id, payload, ordinal)</c> holds the rows that were still owned by their claim.
    /// </summary>
    public const string CompleteCtes =
        """
        , completed AS (
            UPDATE crm_event_outbox o
            SET status = 'COMPLETED', processed_at = i.processed_at, last_error = NULL, locked_by = NULL, locked_until = NULL
            FROM complete_input i
            WHERE o.id = i.id AND o.status || '' = 'PROCESSING' AND o.attempts = i.attempts
            RETURNING o.id, o.attempts, o.trace_id, o.payload, o.partition_key, i.processed_at, i.ordinal
        ), finished AS (
            SELECT c.id, c.partition_key, c.processed_at AS at, c.ordinal, 0 AS stays FROM completed c
        )
        """ + AdvanceCtes;

    /// <summary>
    /// Appended after a CTE named <c>finished(id, partition_key, at, ordinal, stays)</c>: every key whose head was finished gets
    /// its next row as head, or goes; <c>stays</c> is 1 for a head that gives way to an older row and waits behind it. Ends with <c>advanced(ordinal, state)</c>. CTEs are never joined with each other: under
    /// <see cref="PinPlans"/> that would cost the square of the batch.
    /// </summary>
    public const string AdvanceCtes =
        """
        , followed AS (
            SELECT f.ordinal, f.at, f.stays, k.partition_key, n.id, n.created_at, n.lane, n.next_retry_at
            FROM finished f
            JOIN outbox_keys k ON k.partition_key = f.partition_key AND k.head_id = f.id
            LEFT JOIN LATERAL (
                SELECT o.id, o.created_at, o.lane, o.next_retry_at
                FROM crm_event_outbox o
                WHERE (k.waiting > 0 OR k.next_from IS NOT NULL)
                  AND o.partition_key = k.partition_key AND o.status IN ('PENDING', 'FAILED') AND o.dead_at IS NULL
                  AND o.created_at >= coalesce(k.next_from, k.head_created_at) AND o.id <> f.id
                ORDER BY o.created_at, o.id
                LIMIT 1) n ON true
        ), emptied AS (
            DELETE FROM outbox_keys k USING followed n
            WHERE n.id IS NULL AND k.partition_key = n.partition_key
        ), advanced AS (
            UPDATE outbox_keys k
            SET head_id = n.id, head_created_at = n.created_at, lane = n.lane, waiting = greatest(k.waiting - 1 + n.stays, 0),
                next_from = NULL,
                state = CASE WHEN n.next_retry_at > n.at AND n.next_retry_at > n.created_at THEN 2 ELSE 0 END,
                due_at = CASE WHEN n.next_retry_at > n.at AND n.next_retry_at > n.created_at THEN n.next_retry_at END
            FROM followed n
            WHERE n.id IS NOT NULL AND k.partition_key = n.partition_key
            RETURNING n.ordinal, k.state
        )
        """;
}
