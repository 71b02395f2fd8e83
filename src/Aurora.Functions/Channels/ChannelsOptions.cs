using Microsoft.Extensions.Options;

namespace Aurora.Functions.Channels;

/// <summary>Options of the slice Channels; section <c>Channels</c>.</summary>
internal sealed class ChannelsOptions
{
    public const string SectionName = "Channels";

    /// <summary>
    /// Secrets by the reference name that <c>channel_accounts</c> stores: <c>Channels:Secrets:{reference}</c>. On Azure each
    /// is a Key Vault reference. Default: none.
    /// </summary>
    public Dictionary<string, string> Secrets { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>How long the accounts read from the database are used before they are read again. Default 30 s.</summary>
    public TimeSpan AccountsRefreshInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// An account that is not known is looked for in the database at once, but not more often than this, whatever callers
    /// ask for. Default 2 s.
    /// </summary>
    public TimeSpan UnknownAccountRefreshInterval { get; set; } = TimeSpan.FromSeconds(2);
}

/// <summary>Checks <see cref="ChannelsOptions"/> at start.</summary>
internal sealed class ChannelsOptionsValidator : IValidateOptions<ChannelsOptions>
{
    public ValidateOptionsResult Validate(string? name, ChannelsOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.UnknownAccountRefreshInterval < TimeSpan.FromMilliseconds(100)
            || options.AccountsRefreshInterval < options.UnknownAccountRefreshInterval
            ? ValidateOptionsResult.Fail(
                "Channels:UnknownAccountRefreshInterval is at least 100 ms and not longer than Channels:AccountsRefreshInterval.")
            : ValidateOptionsResult.Success;
    }
}
