namespace Aurora.Functions.Outbox;

/// <summary>
/// The one way rows get into the outbox: a fragment of common table expressions for the statement that accepts an event.
/// </summary>
internal static class OutboxEmitSql
{
    /// <summary>
    /// Appended after a CTE named <c>emit_input(id, event_type, payload, trace_id, partition_key, lane, created_at, ordinal)</c>
    /// in which <c>ordinal</c> orders rows of one key; ends with the CTE <c>emitted(id)</c>.
    /// The key is locked (by its upsert, keys in order) before its rows are written and rows get strictly increasing times per
    /// key, so the order of a key's rows is the order of their commits.
    /// </summary>
    public const string Ctes =
        """
        , emit_numbered AS (
            SELECT e.id, e.event_type, e.payload, e.trace_id, e.partition_key COLLATE "C" AS partition_key, e.lane,
                   max(e.created_at) OVER k AS created_at,
                   row_number() OVER (k ORDER BY e.ordinal) AS place,
                   count(*) OVER k AS places
            FROM emit_input e
            WINDOW k AS (PARTITION BY e.partition_key)
        ), emit_keys AS (
            INSERT INTO outbox_keys AS present
                (partition_key, head_id, head_created_at, lane, state, waiting, tail_created_at)
            SELECT n.partition_key, n.id, n.created_at, n.lane, 0, (n.places - 1)::integer,
                   n.created_at + (n.places - 1) * interval '1 microsecond'
            FROM emit_numbered n
            WHERE n.place = 1
            ORDER BY n.partition_key COLLATE "C"
            ON CONFLICT (partition_key) DO UPDATE
            SET waiting = present.waiting + excluded.waiting + 1,
                tail_created_at = greatest(
                    excluded.tail_created_at,
                    present.tail_created_at + (excluded.waiting + 1) * interval '1 microsecond')
            RETURNING partition_key, tail_created_at
        ), emitted AS (
            INSERT INTO crm_event_outbox
                (id, event_type, payload, status, attempts, trace_id, created_at, next_retry_at, partition_key, lane)
            SELECT n.id, n.event_type, n.payload, 'PENDING', 0, n.trace_id, t.created_at, t.created_at, n.partition_key, n.lane
            FROM emit_numbered n
            JOIN emit_keys k ON k.partition_key = n.partition_key
            CROSS JOIN LATERAL (
                SELECT k.tail_created_at - (n.places - n.place) * interval '1 microsecond' AS created_at) t
            RETURNING id
        )
        """;
}
