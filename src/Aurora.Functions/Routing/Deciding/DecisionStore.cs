using System.Text.Json;
using Aurora.Functions.Outbox;
using Aurora.Functions.Platform.Postgres;
using Aurora.Functions.Platform.Time;
using Aurora.Functions.Routing.Consuming;
using Npgsql;
using static Aurora.Functions.Platform.Postgres.SqlStatement;

namespace Aurora.Functions.Routing.Deciding;

/// <summary>
/// Decisions in PostgreSQL. Storing one completes its outbox row and moves its key on in the same commit, and many share it.
/// Doing it twice stores one; an attempt that lost the row stores nothing. Rows that tell the registered consumers are part of it.
/// </summary>
internal sealed class DecisionStore : IAsyncDisposable
{
    private const string RecordCtes =
        """
        WITH complete_input(id, attempts, processed_at, ordinal) AS (
            SELECT i.id, i.attempts, $8::timestamptz, i.ordinal
            FROM unnest($1::varchar[], $2::integer[]) WITH ORDINALITY AS i(id, attempts, ordinal)
        )
        """ + OutboxAdvanceSql.CompleteCtes +
        """
        , decided AS (
            INSERT INTO mhc_decisions
                (outbox_id, attempt, event_id, contact_id, trace_id, decision, enriched_context, safety_score_delta, errors,
                 started_at, decided_at)
            SELECT c.id, c.attempts, c.payload ->> 'ingest_event_id', c.payload ->> 'contact_id', c.trace_id,
                   ($3::varchar[])[c.ordinal], ($4::jsonb[])[c.ordinal], ($5::integer[])[c.ordinal],
                   ($6::jsonb[])[c.ordinal], ($7::timestamptz[])[c.ordinal], c.processed_at
            FROM completed c
        )
        """;

    // '~' sorts behind every other key, and a consumer's key is never locked before a message's: no two batches wait for each other.
    private const string TellCtes =
        $"""
        , emit_input(id, event_type, payload, trace_id, partition_key, lane, created_at, ordinal) AS (
            SELECT c.id || '~' || n.name, '{DecisionEvents.Decided}', jsonb_build_object('outbox_id', c.id, 'consumer', n.name), c.trace_id,
                   '~' || n.name || '|' || c.partition_key, 0::smallint, c.processed_at, c.ordinal::integer
            FROM completed c CROSS JOIN unnest($9::varchar[]) AS n(name)
        )
        """ + OutboxEmitSql.Ctes;

    private const string Outcomes =
        """

        SELECT c.ordinal, NULL::smallint FROM completed c UNION ALL SELECT a.ordinal, a.state FROM advanced a
        """;

    private const string RecordSql = RecordCtes + Outcomes;

    private const string RecordAndTellSql = RecordCtes + TellCtes + Outcomes;

    private const string FindSql =
        """
        SELECT d.outbox_id, d.attempt, d.event_id, d.contact_id, d.trace_id, d.decision, d.enriched_context::text,
               d.safety_score_delta, d.errors::text, d.started_at, d.decided_at
        FROM mhc_decisions d
        WHERE d.outbox_id = ANY ($1)
        """;

    private readonly NpgsqlDataSource _database;
    private readonly DatabaseClock _clock;
    private readonly ConsumerCatalogue _consumers;
    private readonly BatchingWriter<DecisionDraft, Recording> _writer;

    public DecisionStore(NpgsqlDataSource database, DatabaseClock clock, ConsumerCatalogue consumers)
    {
        _database = database;
        _clock = clock;
        _consumers = consumers;
        _writer = new("routing-decisions", new BatchingWriterOptions(), WriteAsync);
    }

    /// <summary>What came of one draft, and when its decision was stored; null when this attempt stored none.</summary>
    internal sealed record Recording(DecisionOutcome Outcome, OutboxMark Mark, DateTimeOffset? DecidedAt);

    /// <summary>Stores a decision and completes its row.</summary>
    public ValueTask<Recording> RecordAsync(DecisionDraft draft, CancellationToken cancellation) =>
        _writer.WriteAsync(draft, cancellation);

    /// <summary>The decision of an outbox row, if it is made.</summary>
    public async Task<Decision?> FindAsync(OutboxId outboxId, CancellationToken cancellation) =>
        (await FindAsync([outboxId.Value], cancellation)).GetValueOrDefault(outboxId.Value);

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _writer.DisposeAsync();

    private async Task<IReadOnlyList<Recording>> WriteAsync(IReadOnlyList<DecisionDraft> drafts, CancellationToken cancellation)
    {
        var now = _clock.UtcNow;
        var recordings = new Recording[drafts.Count];
        await using (var batch = _database.CreateBatch())
        {
            AddCommands(batch, drafts, now);
            await using var reader = await batch.ExecuteReaderAsync(cancellation);
            await reader.NextResultAsync(cancellation);
            await reader.NextResultAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                var at = (int)reader.GetInt64(0) - 1;
                recordings[at] = recordings[at] is { } known
                    ? known with { Mark = new OutboxMark(false, reader.GetInt16(1) == (short)OutboxKeyState.Ready) }
                    : new Recording(DecisionOutcome.Recorded, new OutboxMark(false, false), now);
            }
        }

        await ResolveRepeatsAsync(drafts, recordings, cancellation);
        return recordings;
    }

    private void AddCommands(NpgsqlBatch batch, IReadOnlyList<DecisionDraft> drafts, DateTimeOffset now)
    {
        var ids = drafts.Select(static d => d.OutboxId).ToArray();
        batch.BatchCommands.Add(Of(OutboxAdvanceSql.PinPlans));
        batch.BatchCommands.Add(Of(OutboxAdvanceSql.LockKeys, Texts(ids)));
        var record = Of(
            _consumers.Names.Count == 0 ? RecordSql : RecordAndTellSql,
            Texts(ids),
            Integers([.. drafts.Select(static d => d.Attempt)]),
            Texts([.. drafts.Select(static d => d.Decision)]),
            Json([.. drafts.Select(static d => JsonSerializer.Serialize(
                d.EnrichedContext, RoutingJson.Default.IReadOnlyDictionaryStringJsonElement))]),
            Integers([.. drafts.Select(static d => d.ScoreDelta)]),
            Json([.. drafts.Select(static d => JsonSerializer.Serialize(d.Errors, RoutingJson.Default.IReadOnlyListString))]),
            Instants([.. drafts.Select(static d => d.StartedAt)]),
            Instant(now));
        if (_consumers.Names.Count > 0)
        {
            record.Parameters.Add(Texts([.. _consumers.Names]));
        }

        batch.BatchCommands.Add(record);
    }

    private async Task ResolveRepeatsAsync(
        IReadOnlyList<DecisionDraft> drafts, Recording[] recordings, CancellationToken cancellation)
    {
        var open = drafts.Where((_, i) => recordings[i] is null).Select(static d => d.OutboxId).ToArray();
        if (open.Length == 0)
        {
            return;
        }

        var stored = await FindAsync(open, cancellation);
        for (var i = 0; i < recordings.Length; i++)
        {
            var isRepeat = stored.TryGetValue(drafts[i].OutboxId, out var decision) && decision.Attempt == drafts[i].Attempt;
            recordings[i] ??= isRepeat
                ? new Recording(DecisionOutcome.AlreadyRecorded, new OutboxMark(false, false), decision!.DecidedAt)
                : new Recording(DecisionOutcome.Stale, new OutboxMark(true, false), null);
        }
    }

    private async Task<Dictionary<string, Decision>> FindAsync(string[] outboxIds, CancellationToken cancellation)
    {
        await using var command = _database.CreateCommand(FindSql);
        command.Parameters.Add(Texts(outboxIds));
        var decisions = new Dictionary<string, Decision>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            decisions.Add(reader.GetString(0), new Decision(
                reader.GetString(0),
                reader.GetInt32(1),
                reader.NullableText(2),
                reader.NullableText(3),
                reader.GetString(4),
                reader.GetString(5),
                JsonElement.Parse(reader.GetString(6)),
                reader.GetInt32(7),
                JsonSerializer.Deserialize(reader.GetString(8), RoutingJson.Default.ListString) ?? [],
                reader.GetFieldValue<DateTimeOffset>(9),
                reader.GetFieldValue<DateTimeOffset>(10)));
        }

        return decisions;
    }
}
