namespace Aurora.Functions.Outbox;

/// <summary>Event types whose rows the outbox carries; stored in <c>event_type</c>.</summary>
internal static class OutboxEvents
{
    /// <summary>An inbound message was accepted and waits for its decision.</summary>
    public const string IngestReceived = "INGEST_RECEIVED";
}
