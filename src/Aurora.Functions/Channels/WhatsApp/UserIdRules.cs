namespace Aurora.Functions.Channels.WhatsApp;

/// <summary>One spelling for every form a WhatsApp user's id comes in. Pure.</summary>
internal static class UserIdRules
{
    private const int BrazilWithoutNinth = 12;

    /// <summary>
    /// Digits of a phone number, whatever is around them: a plus sign, separators, a JID suffix with its device number. A
    /// Brazilian mobile number gets the ninth digit it may lack. Anything else (a business-scoped id, a LID) stays as it is.
    /// </summary>
    public static string Canonical(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        var text = id.Trim();
        if (text.EndsWith("@lid", StringComparison.Ordinal) || text.EndsWith("@g.us", StringComparison.Ordinal))
        {
            return text;
        }

        var at = text.IndexOf('@', StringComparison.Ordinal);
        var local = at >= 0 ? text[..at] : text;
        var device = local.IndexOf(':', StringComparison.Ordinal);
        local = device >= 0 && at >= 0 ? local[..device] : local;
        return TryDigits(local) is { } digits ? WithNinthDigit(digits) : text;
    }

    private static string? TryDigits(string text)
    {
        Span<char> digits = stackalloc char[Math.Min(text.Length, 64)];
        var count = 0;
        foreach (var c in text)
        {
            if (char.IsAsciiDigit(c) && count < digits.Length)
            {
                digits[count++] = c;
            }
            else if (c is not ('+' or ' ' or '-' or '(' or ')'))
            {
                return null;
            }
        }

        return count > 0 ? new string(digits[..count]) : null;
    }

    /// <summary>55, two digits of area, eight digits that begin with 6 to 9: a mobile number in its old length.</summary>
    private static string WithNinthDigit(string digits) =>
        digits.Length == BrazilWithoutNinth && digits.StartsWith("55", StringComparison.Ordinal)
        && digits[2] is >= '1' and <= '9' && digits[4] is >= '6' and <= '9'
            ? digits.Insert(4, "9")
            : digits;
}
