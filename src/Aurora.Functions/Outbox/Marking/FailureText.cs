using System.Text;

namespace Aurora.Functions.Outbox.Marking;

/// <summary>What <c>last_error</c> says about an exception: its type and message, fit for a text column.</summary>
internal static class FailureText
{
    private const int MaxLength = 2_000;

    /// <summary>Exception type and message, without U+0000 and cut to the column's limit.</summary>
    public static string Of(Exception exception) => Clean($"{exception.GetType().FullName}: {exception.Message}");

    /// <summary>The text without U+0000, lone surrogates replaced, cut to the column's limit.</summary>
    public static string Clean(string text)
    {
        var clean = new StringBuilder(Math.Min(text.Length, MaxLength));
        foreach (var rune in text.EnumerateRunes())
        {
            if (clean.Length + rune.Utf16SequenceLength > MaxLength)
            {
                break;
            }

            if (rune.Value != 0)
            {
                clean.Append(rune.ToString());
            }
        }

        return clean.ToString();
    }
}
