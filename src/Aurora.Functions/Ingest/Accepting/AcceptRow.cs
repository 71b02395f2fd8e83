using Aurora.Functions.Channels;
using Aurora.Functions.Outbox;

namespace Aurora.Functions.Ingest.Accepting;

/// <summary>The key of an inbox row: what makes a redelivery, or a repeated call, an outcome.</summary>
/// <param name="RowId">Tells our own row from one that was there before.</param>
/// <param name="Detail">JSON text; small.</param>
internal sealed record InboxEntry(
    Guid RowId, string TenantId, string Channel, string EventId, string? AccountId, string Kind, string Detail);

/// <summary>The forms of a sender's id that lead to one canonical id.</summary>
internal sealed record SenderAliases(string TenantId, string Family, IReadOnlyList<string> Forms);

/// <summary>A CRM message about to be stored: event, contact and outbox row.</summary>
/// <param name="SenderId">As given; with aliases it is replaced by the canonical id.</param>
/// <param name="NewContactId">Used when the sender has no contact yet.</param>
/// <param name="KeyPrefix">Partition key up to its last part, the sender.</param>
internal sealed record CrmMessage(
    Guid EventId,
    Guid OutboxId,
    Guid NewContactId,
    string Source,
    string SenderId,
    string Content,
    int ContentLength,
    string Metadata,
    ContactIdentity Identity,
    string KeyPrefix,
    OutboxLane Lane,
    SenderAliases? Aliases);

/// <summary>One thing to be accepted: an inbox key, a CRM message, or both.</summary>
internal sealed record AcceptRow(Guid TraceId, DateTimeOffset CreatedAt, InboxEntry? Inbox, CrmMessage? Message)
{
    /// <summary>A slice that stores the item itself, in the same transaction.</summary>
    public IInboundSink? Sink { get; init; }

    /// <summary>What the sink gets.</summary>
    public AcceptedItem? SinkItem { get; init; }

    /// <summary>Whether a duplicate wants to know what the first one was answered.</summary>
    public bool WantsStoredAnswer { get; init; }
}

/// <summary>How one row ended.</summary>
internal enum AcceptResult
{
    /// <summary>Stored and committed.</summary>
    Accepted,

    /// <summary>Its key was there already; nothing was stored.</summary>
    Duplicate,

    /// <summary>The contact could not be found or made: the event is kept as ERROR, its key is not.</summary>
    ContactFailed,

    /// <summary>PostgreSQL cannot hold the content; nothing was stored.</summary>
    Refused,

    /// <summary>An unexpected database error; nothing was stored.</summary>
    Failed,
}

/// <summary>What the first call with an Idempotency-Key was answered.</summary>
internal sealed record StoredAnswer(Guid EventId, string ContactId, Guid TraceId, Guid OutboxId, string BodyHash);

/// <summary>The outcome of one row.</summary>
internal readonly record struct AcceptOutcome(AcceptResult Result, string? ContactId = null, StoredAnswer? First = null)
{
    /// <summary>Why it failed, for the log.</summary>
    public Exception? Fault { get; init; }
}
