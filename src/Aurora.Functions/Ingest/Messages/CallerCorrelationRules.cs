using Microsoft.Extensions.Primitives;

namespace Aurora.Functions.Ingest.Messages;

/// <summary>A caller's own correlation id: kept beside ours when it is an id, and not a text that may say anything. Pure.</summary>
internal static class CallerCorrelationRules
{
    public const string Header = "x-correlation-id";
    private const int MaxLength = 64;

    public static string? Read(StringValues values)
    {
        var text = values.ToString();
        return text.Length is > 0 and <= MaxLength && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') ? text : null;
    }
}
