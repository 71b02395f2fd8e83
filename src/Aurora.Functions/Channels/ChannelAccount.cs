namespace Aurora.Functions.Channels;

/// <summary>What an account of ours is for; stored in <c>channel_accounts.purpose</c> in lower case.</summary>
internal enum AccountPurpose
{
    /// <summary>Customers write here.</summary>
    Crm,

    /// <summary>Reads groups.</summary>
    Groups,

    /// <summary>Being warmed up: its messages reach nobody else.</summary>
    Warmer,
}

/// <summary>An account of ours at a provider, with its secrets resolved.</summary>
/// <param name="AppSecret">Signs the provider's calls; <see langword="null"/> when the reference leads nowhere.</param>
/// <param name="VerifyToken">Proves the provider's handshake; <see langword="null"/> when the reference leads nowhere.</param>
internal sealed record ChannelAccount(
    string TenantId, string Channel, string AccountId, AccountPurpose Purpose, string? AppSecret, string? VerifyToken)
{
    /// <summary>Secrets stay out of anything that prints an account.</summary>
    public override string ToString() => $"{Channel}/{AccountId} ({Purpose})";
}
