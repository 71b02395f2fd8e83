namespace Aurora.Functions.Channels.Accounts;

/// <summary>The one place that maps a purpose to its stored value.</summary>
internal static class AccountPurposeRules
{
    public static string Stored(AccountPurpose purpose) => purpose switch
    {
        AccountPurpose.Crm => "crm",
        AccountPurpose.Groups => "groups",
        AccountPurpose.Warmer => "warmer",
    };

    /// <summary>The purpose, or <see langword="null"/> for a value that a newer version of the app may have stored.</summary>
    public static AccountPurpose? FromStored(string purpose) => purpose switch
    {
        "crm" => AccountPurpose.Crm,
        "groups" => AccountPurpose.Groups,
        "warmer" => AccountPurpose.Warmer,
        _ => null,
    };
}
