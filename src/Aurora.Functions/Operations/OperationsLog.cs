using Microsoft.Extensions.Logging;

namespace Aurora.Functions.Operations;

/// <summary>Everything Operations logs (1800 to 1899).</summary>
internal static partial class OperationsLog
{
    [LoggerMessage(1800, LogLevel.Warning, "Readiness check {Check} failed")]
    public static partial void CheckFailed(ILogger logger, string check, Exception exception);

    [LoggerMessage(1801, LogLevel.Information, "Outbox row {OutboxId} was given another try by hand")]
    public static partial void RowRetried(ILogger logger, string outboxId);
}
