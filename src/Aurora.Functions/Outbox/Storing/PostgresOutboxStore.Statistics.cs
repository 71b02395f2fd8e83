using Aurora.Functions.Platform.Postgres;
using Npgsql;
using static Aurora.Functions.Platform.Postgres.SqlStatement;

namespace Aurora.Functions.Outbox.Storing;

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

    private const string StandingSql =
        """
        SELECT o.id, o.event_type, o.trace_id, o.status, o.attempts, o.last_error, o.created_at, o.processed_at,
               o.next_retry_at, o.dead_at, o.partition_key, o.lane, o.locked_by, o.locked_until, o.payload::text,
               k.head_id, k.state, k.due_at
        FROM crm_event_outbox o
        LEFT JOIN outbox_keys k ON k.partition_key = o.partition_key

        """;

    private const string FindSql = StandingSql + "WHERE o.id = $1";

    private const string ByTraceSql = StandingSql + "WHERE o.trace_id = $1 ORDER BY o.created_at, o.id LIMIT 100";

    private const string DeadSql = StandingSql +
        "WHERE o.dead_at IS NOT NULL AND (o.dead_at, o.id) < ($1, $2) ORDER BY o.dead_at DESC, o.id DESC LIMIT $3";

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
            reader.NullableInstant(6));
    }

    /// <inheritdoc />
    public async Task<OutboxBacklog> ReadBacklogAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(BacklogSql);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return new OutboxBacklog(reader.GetInt64(0), reader.GetInt64(1), reader.NullableInstant(2));
    }

    /// <inheritdoc />
    public async Task<OutboxStanding?> FindAsync(OutboxId id, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(FindSql);
        command.Parameters.Add(Text(id.Value));
        return (await ReadStandingsAsync(command, now, cancellation)).FirstOrDefault();
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<OutboxStanding>> ListByTraceAsync(
        string traceId, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(ByTraceSql);
        command.Parameters.Add(Text(traceId));
        return await ReadStandingsAsync(command, now, cancellation);
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<OutboxStanding>> ListDeadAsync(
        OutboxDeadPosition? after, int limit, DateTimeOffset now, CancellationToken cancellation)
    {
        var place = after ?? new OutboxDeadPosition(DateTimeOffset.MaxValue, new OutboxId(""));
        await using var command = database.CreateCommand(DeadSql);
        command.Parameters.Add(Instant(place.DeadAt));
        command.Parameters.Add(Text(place.Id.Value));
        command.Parameters.Add(Integer(limit));
        return await ReadStandingsAsync(command, now, cancellation);
    }

    private static async Task<List<OutboxStanding>> ReadStandingsAsync(
        NpgsqlCommand command, DateTimeOffset now, CancellationToken cancellation)
    {
        var standings = new List<OutboxStanding>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            standings.Add(ReadStanding(reader, now));
        }

        return standings;
    }

    private static OutboxStanding ReadStanding(NpgsqlDataReader reader, DateTimeOffset now)
    {
        var standing = new OutboxStanding(
            new OutboxId(reader.GetString(0)),
            reader.GetString(1),
            reader.GetString(2),
            OutboxStatusNames.FromStored(reader.GetString(3)),
            reader.GetInt32(4),
            reader.NullableText(5),
            reader.GetFieldValue<DateTimeOffset>(6),
            reader.NullableInstant(7),
            reader.GetFieldValue<DateTimeOffset>(8),
            reader.NullableInstant(9),
            reader.GetString(10),
            (OutboxLane)reader.GetInt16(11),
            reader.NullableText(12),
            reader.NullableInstant(13),
            reader.GetString(14),
            null);
        var head = reader.IsDBNull(15)
            ? null
            : new OutboxKeyHead(new OutboxId(reader.GetString(15)), (OutboxKeyState)reader.GetInt16(16), reader.NullableInstant(17));
        return standing with { WaitsBecause = WaitingRules.Explain(standing, head, now) };
    }
}
