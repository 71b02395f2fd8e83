using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Aurora.LocalRuntime.Durable.Orchestrations;

/// <summary>Version 5 identifiers from instance id, time and a counter: the same in every replay, and the same as Durable Task's.</summary>
internal static class RepeatableGuid
{
    private static readonly Guid NameSpace = new("9e952958-5e33-4daf-827f-2fa12937b875");

    public static Guid Create(string instanceId, DateTime time, int counter)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{instanceId}_{time:o}_{counter}");
        var input = new byte[16 + Encoding.UTF8.GetByteCount(name)];
        NameSpace.TryWriteBytes(input, bigEndian: true, out _);
        Encoding.UTF8.GetBytes(name, input.AsSpan(16));

        Span<byte> hash = stackalloc byte[20];
#pragma warning disable CA5350 // Version 5 identifiers are defined on SHA-1; nothing here is a secret.
        SHA1.HashData(input, hash);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
