using static Aurora.Functions.Platform.Postgres.SqlStatement;

namespace Aurora.Functions.Outbox;

/// <content>What operators read.</content>
internal sealed partial class PostgresOutboxStore
{
    private const string StatisticsSql =
        """
        SELECT coalesce(sum(c.n) FILTER (WHERE c.status = 'PENDING'), 0)::bigint,
               coalesce(sum(c.n) FILTER (WHERE c.status = 'PROCESSING'), 0)::bigint,
               coalesce(sum(c.n) FILTER (WHERE c.status = 'COMPLETED'), 0)::bigint,
               coalesce(sum(c.n) FILTER (WHERE c.status = 'FAILED'), 0)::bigint,
               (SELECT count(*) FROM crm_event_outbox d WHERE d.dead_at IS NOT NULL),
               (SELECT count(*) FROM outbox_keys),
               (SELECT min(k.head_created_at) FROM outbox_keys k)
        FROM (SELECT o.status, count(*) AS n FROM crm_event_outbox o GROUP BY o.status) c
        """;

    private const string BacklogSql =
        """
        SELECT count(*), (SELECT count(*) FROM crm_event_outbox d WHERE d.dead_at IS NOT NULL), min(k.head_created_at)
        FROM outbox_keys k
        """;

    private const string FindSql =
        """
        SELECT o.id, o.event_type, o.trace_id, o.status, o.attempts, o.last_error, o.created_at, o.processed_at,
               o.next_retry_at, o.dead_at, o.partition_key, o.lane, o.locked_by, o.locked_until,
               k.head_id, k.state, k.due_at
        FROM crm_event_outbox o
        LEFT JOIN outbox_keys k ON k.partition_key = o.partition_key
        WHERE o.id = $1
        """;

    /// <inheritdoc />
    public async Task<OutboxStatistics> ReadStatisticsAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(StatisticsSql);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return new OutboxStatistics(
            reader.GetInt64(0),
            reader.GetInt64(1),
            reader.GetInt64(2),
            reader.GetInt64(3),
            reader.GetInt64(4),
            reader.GetInt64(5),
            NullableInstant(reader, 6));
    }

    /// <inheritdoc />
    public async Task<OutboxBacklog> ReadBacklogAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(BacklogSql);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return new OutboxBacklog(reader.GetInt64(0), reader.GetInt64(1), NullableInstant(reader, 2));
    }

    /// <inheritdoc />
    public async Task<OutboxStanding?> FindAsync(OutboxId id, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(FindSql);
        command.Parameters.Add(Text(id.Value));
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation))
        {
            return null;
        }

        var status = OutboxStatusNames.FromStored(reader.GetString(3));
        var standing = new OutboxStanding(
            id,
            reader.GetString(1),
            reader.GetString(2),
            status,
            reader.GetInt32(4),
            NullableText(reader, 5),
            reader.GetFieldValue<DateTimeOffset>(6),
            NullableInstant(reader, 7),
            reader.GetFieldValue<DateTimeOffset>(8),
            NullableInstant(reader, 9),
            reader.GetString(10),
            (OutboxLane)reader.GetInt16(11),
            NullableText(reader, 12),
            NullableInstant(reader, 13),
            null);
        var head = reader.IsDBNull(14)
            ? null
            : new OutboxKeyHead(new OutboxId(reader.GetString(14)), (OutboxKeyState)reader.GetInt16(15), NullableInstant(reader, 16));
        return standing with { WaitsBecause = WaitingRules.Explain(standing, head, now) };
    }
}
