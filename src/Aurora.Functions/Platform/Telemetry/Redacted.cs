using System.Text.Json;
using System.Text.Json.Serialization;

namespace Aurora.Functions.Platform.Telemetry;

/// <summary>
/// Text that is, or may be, personal data (a phone number, an e-mail address, a sender id). Whatever prints, formats,
/// logs or serialises it gets a mask; only <see cref="Reveal"/> gives the text.
/// </summary>
[JsonConverter(typeof(RedactedJsonConverter))]
internal readonly struct Redacted(string? value) : IEquatable<Redacted>, IFormattable
{
    private const int TailLength = 4;
    private const int ShortestWithTail = 10;
    private readonly string? _value = value;

    /// <summary>The text itself, for the one call that needs it.</summary>
    public string? Reveal() => _value;

    /// <summary>The mask: the last four characters of a long value, of a short one nothing.</summary>
    public override string ToString() => _value switch
    {
        null => "(none)",
        { Length: < ShortestWithTail } => "***",
        _ => "***" + new string([.. _value[^TailLength..].Select(c => char.IsSurrogate(c) || char.IsControl(c) ? '*' : c)]),
    };

    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    public bool Equals(Redacted other) => string.Equals(_value, other._value, StringComparison.Ordinal);

    public override bool Equals(object? obj) => obj is Redacted other && Equals(other);

    public override int GetHashCode() => _value is null ? 0 : _value.GetHashCode(StringComparison.Ordinal);

    public static bool operator ==(Redacted left, Redacted right) => left.Equals(right);

    public static bool operator !=(Redacted left, Redacted right) => !left.Equals(right);
}

/// <summary>Writes the mask; a masked value cannot be read back.</summary>
internal sealed class RedactedJsonConverter : JsonConverter<Redacted>
{
    public override Redacted Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("A redacted value is written as its mask and cannot be read back.");

    public override void Write(Utf8JsonWriter writer, Redacted value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
