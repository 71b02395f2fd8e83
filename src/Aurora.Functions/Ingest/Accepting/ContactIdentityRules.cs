using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Aurora.Functions.Ingest.Accepting;

/// <summary>Which column of a contact identifies a sender; the numbers are what the accepting statement compares.</summary>
internal enum ContactIdentity : short
{
    /// <summary><c>whatsapp_id</c>.</summary>
    WhatsApp = 0,

    /// <summary><c>email</c>.</summary>
    Email = 1,

    /// <summary>No column: the contact of the sender's oldest linked event.</summary>
    Events = 2,
}

/// <summary>How a sender is found among the contacts. Pure.</summary>
internal static class ContactIdentityRules
{
    public const string WhatsAppSource = "whatsapp";
    public const string EmailSource = "email";

    public static ContactIdentity For(string source) => source switch
    {
        WhatsAppSource => ContactIdentity.WhatsApp,
        EmailSource => ContactIdentity.Email,
        _ => ContactIdentity.Events,
    };

    /// <summary>
    /// The advisory lock under which a sender without a column is found or made. A collision costs waiting, never a wrong
    /// contact.
    /// </summary>
    public static long LockFor(string source, string senderId) => Hash("aurora:contact", source, senderId);

    /// <summary>The advisory lock under which an alias that is not known yet gets its canonical id.</summary>
    public static long LockFor(string tenantId, string family, string alias) => Hash("aurora:alias:" + tenantId, family, alias);

    private static long Hash(string prefix, string first, string second)
    {
        var text = string.Concat(prefix, "\u001f", first, "\u001f" + second);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        return BinaryPrimitives.ReadInt64BigEndian(hash);
    }
}
