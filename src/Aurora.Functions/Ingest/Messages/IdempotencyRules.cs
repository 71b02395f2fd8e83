using Microsoft.Extensions.Primitives;

namespace Aurora.Functions.Ingest.Messages;

/// <summary>What an Idempotency-Key is and how it is kept. Pure.</summary>
internal static class IdempotencyRules
{
    public const string Header = "Idempotency-Key";

    /// <summary>Not the name of any channel, so keys of callers never meet event ids of providers.</summary>
    public const string InboxChannel = "/ingest/message";

    public const string InboxKind = "IdempotencyKey";
    private const int MaxLength = 200;

    /// <summary>The key or none; <see langword="false"/> for one that is empty, too long, not visible ASCII or given twice.</summary>
    public static bool TryGetKey(StringValues values, out string? key)
    {
        key = null;
        if (values.Count == 0)
        {
            return true;
        }

        var text = values[0]?.Trim();
        if (values.Count > 1 || text is not { Length: > 0 and <= MaxLength } || text.AsSpan().IndexOfAnyExceptInRange('!', '~') >= 0)
        {
            return false;
        }

        key = text;
        return true;
    }

    public static string Detail(Guid outboxId, string bodyHash) =>
        $$"""{"v":1,"outbox_id":"{{outboxId}}","body":"{{bodyHash}}"}""";
}
