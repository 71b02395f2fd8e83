using Aurora.Functions.Outbox;

namespace Aurora.TestKit.Outbox;

/// <summary>Builds outbox rows for tests.</summary>
internal static class OutboxRows
{
    /// <summary>An instant tests may count from.</summary>
    public static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    /// <summary>A row of a key, accepted some time after <see cref="Noon"/>.</summary>
    public static OutboxEvent Row(
        string id, string key, double atSeconds = 0, OutboxLane lane = OutboxLane.Live, string eventType = OutboxEvents.IngestReceived, string text = "Olá") =>
        new(
            new OutboxId(id),
            eventType,
            $$"""{"ingest_event_id":"event-{{id}}","contact_id":"contact-{{key}}","raw_content":"{{text}}","source":"whatsapp","metadata":{},"sender_id":"{{key}}","content_len":3}""",
            $"trace-{id}",
            key,
            lane,
            Noon.AddSeconds(atSeconds));
}
