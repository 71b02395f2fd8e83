using Microsoft.Extensions.Logging;

namespace Aurora.Functions.Channels;

/// <summary>Every log line of the slice; ids 1200 to 1299. Account ids are ours; nothing of a sender is logged.</summary>
internal static partial class ChannelsLog
{
    [LoggerMessage(1200, LogLevel.Warning, "Accounts could not be read; those known before stay in use.")]
    public static partial void AccountsNotRead(ILogger logger, Exception exception);

    [LoggerMessage(1201, LogLevel.Information, "Demo account {AccountId} of channel {Channel} is present (Development only).")]
    public static partial void DemoAccountSeeded(ILogger logger, string channel, string accountId);

    [LoggerMessage(1202, LogLevel.Warning, "The secret reference {Reference} of {Channel}/{AccountId} has no value in Channels:Secrets.")]
    public static partial void SecretMissing(ILogger logger, string reference, string channel, string accountId);

    [LoggerMessage(1203, LogLevel.Error, "The account {Channel}/{AccountId} has the unknown purpose {Purpose} and is not used.")]
    public static partial void PurposeUnknown(ILogger logger, string channel, string accountId, string purpose);
}
