using System.Text.Json;

namespace Aurora.Functions.Channels;

/// <summary>What a provider told us. Stored by its name in <c>ingest_inbox.kind</c>.</summary>
internal enum InboundKind
{
    /// <summary>Somebody wrote, pressed a button, sent a place or a file.</summary>
    MessageReceived,

    /// <summary>One attachment of a message; derived from it.</summary>
    MediaUploaded,

    /// <summary>A message of ours reached the device.</summary>
    MessageDelivered,

    /// <summary>A message of ours was read.</summary>
    MessageRead,

    /// <summary>A message of ours failed at the provider. Not a canonical kind: it only updates the stored record.</summary>
    MessageFailed,

    /// <summary>A reaction was set or taken away.</summary>
    ReactionReceived,
}

/// <summary>A file the provider holds for us.</summary>
internal sealed record InboundMedia(string? Id, string? Mime, string? FileName = null, string? Url = null);

/// <summary>A place, with the numbers as the provider wrote them.</summary>
internal sealed record InboundLocation(string Latitude, string Longitude);

/// <summary>
/// One thing a provider reported, in the words every slice shares. Derived from the provider's payload alone, so that a
/// redelivery gives the same item with the same <see cref="EventId"/>.
/// </summary>
internal sealed record InboundItem
{
    public required InboundKind Kind { get; init; }

    /// <summary>Stable id of the item: what a redelivery is recognised by.</summary>
    public required string EventId { get; init; }

    /// <summary>Our side, as the provider names it.</summary>
    public required string AccountId { get; init; }

    /// <summary>The other side, in the form the provider used.</summary>
    public string? SenderId { get; init; }

    /// <summary>A second id of the same person.</summary>
    public string? SenderUserId { get; init; }

    /// <summary>
    /// Every form of the sender's id in this item, normalised, the preferred one first: they all lead to one canonical id.
    /// </summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    public string? ConversationId { get; init; }

    public string? ProviderMessageId { get; init; }

    /// <summary>When it happened at the provider; unknown means when it was received.</summary>
    public DateTimeOffset? OccurredAt { get; init; }

    /// <summary>The provider's word for the kind of message.</summary>
    public string? MessageType { get; init; }

    public string? Text { get; init; }

    public IReadOnlyList<InboundMedia> Media { get; init; } = [];

    public InboundLocation? Location { get; init; }

    public string? ReplyToMessageId { get; init; }

    /// <summary>What was chosen: the id of a button, of a list row, the payload of a postback.</summary>
    public string? ActionId { get; init; }

    public string? TargetMessageId { get; init; }

    public string? Emoji { get; init; }

    /// <summary><c>add</c> or <c>remove</c>, of a reaction.</summary>
    public string? Action { get; init; }

    public bool IsGroup { get; init; }

    public bool IsEdited { get; init; }

    /// <summary>The provider's word for a content it does not hand on, or one this app does not know.</summary>
    public string? Unsupported { get; init; }

    /// <summary>The name the sender shows; never an identity.</summary>
    public string? ProfileName { get; init; }

    /// <summary>The provider's code of a failed message.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>Our own words that came back with a receipt.</summary>
    public string? CallbackData { get; init; }
}

/// <summary>Why a part of a webhook produced no item. Counted; never a reason to refuse the call.</summary>
internal enum IgnoredReason
{
    /// <summary>A subscription field this app does not use.</summary>
    OtherField,

    /// <summary>A receipt without meaning here (sent, played).</summary>
    OtherStatus,

    /// <summary>A shape that does not match the provider's own description.</summary>
    UnknownShape,

    /// <summary>An error of the channel itself; logged.</summary>
    ChannelError,
}

/// <summary>What one webhook call holds.</summary>
internal sealed record WebhookContent(
    IReadOnlyList<InboundItem> Items, IReadOnlyDictionary<IgnoredReason, int> Ignored, IReadOnlyList<string> ChannelErrors);

/// <summary>A webhook body that is no JSON document, or one nested too deep.</summary>
internal sealed class WebhookBodyException(string code, JsonException inner)
    : Exception("The webhook's body is not readable: " + code, inner)
{
    public string Code { get; } = code;
}
