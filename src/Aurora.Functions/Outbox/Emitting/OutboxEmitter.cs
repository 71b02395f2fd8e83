using Microsoft.Extensions.Logging;
using Npgsql;
using static Aurora.Functions.Platform.Postgres.SqlStatement;

namespace Aurora.Functions.Outbox.Emitting;

/// <summary>
/// Writes outbox rows in the caller's transaction, for callers that do not append <see cref="OutboxEmitSql.Ctes"/> to a
/// statement of their own. Never opens or commits one.
/// </summary>
internal sealed class OutboxEmitter(ILogger<OutboxEmitter> logger)
{
    private const string EmitSql =
        """
        WITH emit_input(id, event_type, payload, trace_id, partition_key, lane, created_at, ordinal) AS (
            SELECT i.id, i.event_type, i.payload, i.trace_id, i.partition_key, i.lane, i.created_at, i.ordinal::integer
            FROM unnest($1::varchar[], $2::varchar[], $3::jsonb[], $4::varchar[], $5::varchar[], $6::smallint[], $7::timestamptz[])
                WITH ORDINALITY AS i(id, event_type, payload, trace_id, partition_key, lane, created_at, ordinal)
        )
        """ + OutboxEmitSql.Ctes +
        """

        SELECT count(*)::integer FROM emitted
        """;

    /// <summary>Writes the rows. They may be claimed once the caller has committed; then signal <see cref="OutboxWakeUp"/>.</summary>
    /// <exception cref="InvalidOperationException">The transaction is not open: without it the promise would not be atomic.</exception>
    public async Task EmitAsync(
        NpgsqlTransaction transaction, IReadOnlyList<OutboxEvent> events, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        if (transaction.Connection is not { } connection)
        {
            throw new InvalidOperationException("Outbox rows are written in an open transaction only; this one has ended.");
        }

        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.BatchCommands.Add(Of(
            EmitSql,
            Texts([.. events.Select(static e => e.Id.Value)]),
            Texts([.. events.Select(static e => e.EventType)]),
            Json([.. events.Select(static e => e.PayloadJson)]),
            Texts([.. events.Select(static e => e.TraceId)]),
            Texts([.. events.Select(static e => e.PartitionKey)]),
            SmallIntegers([.. events.Select(static e => (short)e.Lane)]),
            Instants([.. events.Select(static e => e.CreatedAt)])));
        await batch.ExecuteNonQueryAsync(cancellation);
        foreach (var e in events)
        {
            OutboxLog.Emitted(logger, e.EventType, e.TraceId, e.Id);
        }
    }
}
