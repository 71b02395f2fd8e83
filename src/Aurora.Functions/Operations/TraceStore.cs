using System.Text.Json;
using Aurora.Functions.Platform.Postgres;
using Npgsql;
using static Aurora.Functions.Platform.Postgres.SqlStatement;

namespace Aurora.Functions.Operations;

/// <summary>
/// What the slices stored under one trace, in one round trip. Reads other slices' tables and writes none; what changes a row goes
/// through its slice's contract.
/// </summary>
internal sealed class TraceStore(NpgsqlDataSource database)
{
    /// <summary>Most rows of a kind that a story shows.</summary>
    public const int MaxRows = 50;

    private const string EventSql =
        """
        SELECT e.id, e.source, e.status::text, char_length(e.content), e.created_at, c.id, c.created_at
        FROM (SELECT o.payload ->> 'ingest_event_id' AS event_id
              FROM crm_event_outbox o
              WHERE o.trace_id = $1
              ORDER BY o.created_at, o.id
              LIMIT 1) first
        JOIN crm_ingest_events e ON e.id = first.event_id
        LEFT JOIN crm_contacts c ON c.id = e.contact_id
        """;

    private const string InboxSql =
        """
        SELECT i.channel, i.kind, i.account_id, i.target_id, i.created_at
        FROM ingest_inbox i
        WHERE i.correlation_id = $1
        ORDER BY i.created_at, i.event_id
        LIMIT $2
        """;

    private const string DecisionSql =
        """
        SELECT d.outbox_id, d.attempt, d.decision, d.safety_score_delta, d.enriched_context::text, d.errors::text,
               d.started_at, d.decided_at
        FROM crm_event_outbox o
        JOIN mhc_decisions d ON d.outbox_id = o.id
        WHERE o.trace_id = $1
        ORDER BY o.created_at DESC, o.id DESC
        LIMIT 1
        """;

    /// <summary>Everything stored under the trace; empty when nothing is.</summary>
    public async Task<StoredTrace> ReadAsync(string traceId, CancellationToken cancellation)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(Of(EventSql, Text(traceId)));
        batch.BatchCommands.Add(Of(InboxSql, Text(traceId), Integer(MaxRows)));
        batch.BatchCommands.Add(Of(DecisionSql, Text(traceId)));
        await using var reader = await batch.ExecuteReaderAsync(cancellation);

        var (accepted, contact) = await ReadEventAsync(reader, cancellation);
        await reader.NextResultAsync(cancellation);
        var inbox = await ReadInboxAsync(reader, cancellation);
        await reader.NextResultAsync(cancellation);
        var decision = await ReadDecisionAsync(reader, cancellation);
        return new(accepted, contact, inbox, decision);
    }

    private static async Task<(EventView? Event, ContactView? Contact)> ReadEventAsync(
        NpgsqlDataReader reader, CancellationToken cancellation)
    {
        if (!await reader.ReadAsync(cancellation))
        {
            return (null, null);
        }

        var accepted = new EventView(
            reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetInt32(3), reader.GetFieldValue<DateTimeOffset>(4));
        var contact = reader.IsDBNull(5)
            ? null
            : new ContactView(reader.GetString(5), reader.NullableInstant(6));
        return (accepted, contact);
    }

    private static async Task<IReadOnlyList<InboxItemView>> ReadInboxAsync(NpgsqlDataReader reader, CancellationToken cancellation)
    {
        var items = new List<InboxItemView>();
        while (await reader.ReadAsync(cancellation))
        {
            items.Add(new(
                reader.GetString(0),
                reader.GetString(1),
                reader.NullableText(2),
                reader.NullableText(3),
                reader.GetFieldValue<DateTimeOffset>(4)));
        }

        return items;
    }

    private static async Task<DecisionView?> ReadDecisionAsync(NpgsqlDataReader reader, CancellationToken cancellation)
    {
        if (!await reader.ReadAsync(cancellation))
        {
            return null;
        }

        return new(
            reader.GetString(0),
            reader.GetInt32(1),
            reader.GetString(2),
            reader.GetInt32(3),
            ReadJson(reader, 4),
            ReadJson(reader, 5),
            reader.GetFieldValue<DateTimeOffset>(6),
            reader.GetFieldValue<DateTimeOffset>(7));
    }

    private static JsonElement ReadJson(NpgsqlDataReader reader, int column)
    {
        using var document = JsonDocument.Parse(reader.IsDBNull(column) ? "null" : reader.GetString(column));
        return document.RootElement.Clone();
    }
}

/// <summary>What <see cref="TraceStore"/> found.</summary>
internal sealed record StoredTrace(
    EventView? Event,
    ContactView? Contact,
    IReadOnlyList<InboxItemView> Inbox,
    DecisionView? Decision);
