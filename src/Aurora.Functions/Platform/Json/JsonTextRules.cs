// One thing: what PostgreSQL's text and jsonb refuse although it is well-formed JSON, and how to see it in the raw bytes.
using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Aurora.Functions.Platform.Json;

/// <summary>Why a well-formed JSON string cannot be stored.</summary>
internal enum JsonTextFault
{
    /// <summary>It can.</summary>
    None,

    /// <summary>It holds U+0000.</summary>
    NullCharacter,

    /// <summary>It holds half of a surrogate pair.</summary>
    LoneSurrogate,
}

/// <summary>Rules on the raw text of JSON tokens. Pure; works on the bytes as they were received.</summary>
internal static class JsonTextRules
{
    private const int MaxIntegerDigits = 131_072;
    private const int MaxFractionDigits = 16_383;
    private const int NoDigit = -1;

    /// <summary>
    /// Looks at the escapes of one string token (without its quotes). Raw U+0000 and broken UTF-8 cannot occur: the reader
    /// refuses the first, the caller has checked the second.
    /// </summary>
    public static JsonTextFault CheckEscapes(ReadOnlySpan<byte> raw)
    {
        var i = raw.IndexOf((byte)'\\');
        while (i >= 0 && i + 1 < raw.Length)
        {
            var width = 2;
            if (raw[i + 1] == (byte)'u')
            {
                var unit = CodeUnit(raw, i);
                width = 6;
                if (unit == 0)
                {
                    return JsonTextFault.NullCharacter;
                }

                if (char.IsHighSurrogate((char)unit) && IsLowSurrogateAt(raw, i + 6))
                {
                    width = 12;
                }
                else if (char.IsSurrogate((char)unit))
                {
                    return JsonTextFault.LoneSurrogate;
                }
            }

            var rest = i + width < raw.Length ? raw[(i + width)..].IndexOf((byte)'\\') : -1;
            i = rest < 0 ? -1 : i + width + rest;
        }

        return JsonTextFault.None;
    }

    /// <summary>
    /// The text of one string token with U+0000 and halves of pairs replaced by U+FFFD: for provider content, which must not
    /// be lost because of one character.
    /// </summary>
    public static string ReadReplacing(ReadOnlySpan<byte> raw)
    {
        var text = new ArrayBufferWriter<char>(raw.Length + 1);
        while (!raw.IsEmpty)
        {
            var escape = raw.IndexOf((byte)'\\');
            var plain = escape < 0 ? raw : raw[..escape];
            if (!plain.IsEmpty)
            {
                text.Advance(Encoding.UTF8.GetChars(plain, text.GetSpan(plain.Length)));
            }

            if (escape < 0 || escape + 1 >= raw.Length)
            {
                break;
            }

            var unit = raw[escape + 1] == (byte)'u' ? (char)CodeUnit(raw, escape) : Unescape(raw[escape + 1]);
            text.GetSpan(1)[0] = unit;
            text.Advance(1);
            raw = raw[(escape + (raw[escape + 1] == (byte)'u' ? 6 : 2))..];
        }

        return Storable(text.WrittenSpan.ToString());
    }

    /// <summary>The text with U+0000 and halves of surrogate pairs replaced by U+FFFD.</summary>
    public static string Storable(string text)
    {
        if (text.AsSpan().IndexOfAnyInRange('\ud800', '\udfff') < 0 && !text.Contains('\0', StringComparison.Ordinal))
        {
            return text;
        }

        var builder = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            builder.Append(rune.Value == 0 ? "\ufffd" : rune.ToString());
        }

        return builder.ToString();
    }

    /// <summary>Characters as people and limits count them: Unicode code points, not UTF-16 units.</summary>
    public static int CodePoints(ReadOnlySpan<char> text)
    {
        var count = text.Length;
        var i = text.IndexOfAnyInRange('\ud800', '\udbff');
        for (; i >= 0 && i < text.Length - 1; i++)
        {
            if (char.IsHighSurrogate(text[i]) && char.IsLowSurrogate(text[i + 1]))
            {
                count--;
                i++;
            }
        }

        return count;
    }

    /// <summary>
    /// Whether jsonb takes the number, as PostgreSQL's numeric does: up to 131,072 digits before the point, 16,383 after it.
    /// <paramref name="written"/> is how many characters it has when written out without an exponent.
    /// </summary>
    public static bool FitsNumeric(ReadOnlySpan<byte> number, out long written)
    {
        written = number.Length;
        var e = number.IndexOfAny((byte)'e', (byte)'E');
        var mantissa = e < 0 ? number : number[..e];
        var exponent = 0L;
        if (e >= 0)
        {
            var digits = number[(e + 1)..];
            digits = digits.TrimStart("+"u8);
            if (!Utf8Parser.TryParse(digits, out int parsed, out var used) || used != digits.Length
                || Math.Abs((long)parsed) >= int.MaxValue / 2)
            {
                return false;
            }

            exponent = parsed;
        }

        mantissa = mantissa.TrimStart("-"u8);
        var point = mantissa.IndexOf((byte)'.');
        var integer = point < 0 ? mantissa : mantissa[..point];
        var fraction = point < 0 ? [] : mantissa[(point + 1)..];
        var scale = Math.Max(0, fraction.Length - exponent);
        var weight = FirstDigitWeight(integer, fraction);
        var integerDigits = weight == NoDigit ? 1 : Math.Max(1, weight - fraction.Length + exponent);
        written = integerDigits + scale + 2;
        return scale <= MaxFractionDigits && integerDigits <= MaxIntegerDigits;
    }

    /// <summary>Digits from the first one that is not zero to the last one written, or none for a zero.</summary>
    private static int FirstDigitWeight(ReadOnlySpan<byte> integer, ReadOnlySpan<byte> fraction)
    {
        var first = integer.IndexOfAnyExcept((byte)'0');
        if (first >= 0)
        {
            return integer.Length - first + fraction.Length;
        }

        first = fraction.IndexOfAnyExcept((byte)'0');
        return first >= 0 ? fraction.Length - first : NoDigit;
    }

    private static int CodeUnit(ReadOnlySpan<byte> raw, int escape) =>
        raw.Length >= escape + 6
        && Utf8Parser.TryParse(raw.Slice(escape + 2, 4), out ushort unit, out var used, 'x') && used == 4
            ? unit
            : 0xfffd;

    private static bool IsLowSurrogateAt(ReadOnlySpan<byte> raw, int index) =>
        raw.Length >= index + 6 && raw[index] == (byte)'\\' && raw[index + 1] == (byte)'u'
        && char.IsLowSurrogate((char)CodeUnit(raw, index));

    private static char Unescape(byte escaped) => (char)escaped switch
    {
        'b' => '\b',
        'f' => '\f',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        var other => other,
    };
}
