using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Aurora.Functions.Channels.WhatsApp;

/// <summary>How Meta proves that a call is its own. Pure; compares in constant time.</summary>
internal static class WhatsAppSignatureRules
{
    public const string Header = "X-Hub-Signature-256";
    private const string Prefix = "sha256=";

    /// <summary>Whether the header holds the HMAC-SHA256 of the raw body under the app secret.</summary>
    public static bool IsSigned(string? header, ReadOnlySpan<byte> body, string appSecret)
    {
        Span<byte> given = stackalloc byte[SHA256.HashSizeInBytes];
        if (header is null || !header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
            || header.Length != Prefix.Length + (2 * SHA256.HashSizeInBytes)
            || Convert.FromHexString(header.AsSpan(Prefix.Length), given, out _, out _) != OperationStatus.Done)
        {
            return false;
        }

        Span<byte> expected = stackalloc byte[SHA256.HashSizeInBytes];
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(appSecret), body, expected);
        return CryptographicOperations.FixedTimeEquals(given, expected);
    }

    /// <summary>Compares two tokens without telling by its time how much of them agrees, nor how long the right one is.</summary>
    public static bool IsSameToken(string given, string expected) => CryptographicOperations.FixedTimeEquals(
        SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes(expected)));
}
