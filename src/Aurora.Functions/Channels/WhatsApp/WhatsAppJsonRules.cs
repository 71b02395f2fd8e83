using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Aurora.Functions.Platform.Json;

namespace Aurora.Functions.Channels.WhatsApp;

/// <summary>Reads single values of a provider's JSON without ever throwing over a surprise. Pure.</summary>
internal static class WhatsAppJsonRules
{
    private const long FirstMillisecondValue = 100_000_000_000;
    private const long LastMillisecondValue = 253_402_300_799_999;

    public static bool TryArray(JsonElement parent, string name, out JsonElement array) =>
        TryGet(parent, name, JsonValueKind.Array, out array);

    public static bool TryObject(JsonElement parent, string name, out JsonElement value) =>
        TryGet(parent, name, JsonValueKind.Object, out value);

    /// <summary>A string, storable: U+0000 and halves of surrogate pairs are replaced, so that one character loses no message.</summary>
    public static string? Text(JsonElement parent, string name)
    {
        if (!TryGet(parent, name, JsonValueKind.String, out var value))
        {
            return null;
        }

        var raw = JsonMarshal.GetRawUtf8Value(value)[1..^1];
        return raw.Contains((byte)'\\') || !System.Text.Unicode.Utf8.IsValid(raw)
            ? JsonTextRules.ReadReplacing(raw)
            : value.GetString();
    }

    /// <summary>An id: a string or a number as it is written, never empty, never longer than a key may be.</summary>
    public static string? Id(JsonElement parent, string name, int maxLength)
    {
        var id = Text(parent, name) ?? Number(parent, name);
        return string.IsNullOrWhiteSpace(id) || id.Length > maxLength ? null : id;
    }

    /// <summary>The text of a number, whether the provider wrote it as a number or as a string of one.</summary>
    public static string? Number(JsonElement parent, string name) =>
        TryGet(parent, name, JsonValueKind.Number, out var value) ? value.GetRawText()
        : Text(parent, name) is { Length: <= 32 } text && IsNumber(text) ? text
        : null;

    /// <summary>The time of an item: Unix seconds as text; a value too large for them is in milliseconds.</summary>
    public static DateTimeOffset? Time(JsonElement item) =>
        !long.TryParse(Number(item, "timestamp"), NumberStyles.None, CultureInfo.InvariantCulture, out var time) || time <= 0 ? null
        : time < FirstMillisecondValue ? DateTimeOffset.FromUnixTimeSeconds(time)
        : time <= LastMillisecondValue ? DateTimeOffset.FromUnixTimeMilliseconds(time)
        : null;

    public static string? Bounded(string? text, int maxLength) =>
        text is null || text.Length <= maxLength ? text
        : text[..(char.IsHighSurrogate(text[maxLength - 1]) ? maxLength - 1 : maxLength)];

    private static bool IsNumber(string text)
    {
        if (text.Length > 0 && text[0] is >= '1' and <= '9' && text.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0)
        {
            return true;
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Number && document.RootElement.GetRawText() == text;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool TryGet(JsonElement parent, string name, JsonValueKind kind, out JsonElement value)
    {
        value = default;
        try
        {
            return parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out value) && value.ValueKind == kind;
        }
        catch (InvalidOperationException)
        {
            // Another name of this object holds half of a surrogate pair, which the document finds out only now.
            return false;
        }
    }
}
