using Microsoft.Extensions.Logging;

namespace Aurora.Functions.Outbox;

/// <summary>Everything the outbox logs (1100 to 1199). Ids only, never content.</summary>
internal static partial class OutboxLog
{
    [LoggerMessage(1100, LogLevel.Information, "Outbox worker {WorkerId} started: poll every {PollInterval}, {BatchSize} rows a claim")]
    public static partial void WorkerStarted(ILogger logger, string workerId, TimeSpan pollInterval, int batchSize);

    [LoggerMessage(1101, LogLevel.Debug, "Emitted {EventType} for trace {TraceId} as {OutboxId}")]
    public static partial void Emitted(ILogger logger, string eventType, string traceId, OutboxId outboxId);

    [LoggerMessage(1102, LogLevel.Debug, "Claimed {Count} rows, {InFlight} in flight")]
    public static partial void Claimed(ILogger logger, int count, int inFlight);

    [LoggerMessage(1103, LogLevel.Error, "Outbox row {OutboxId} failed attempt {Attempt}, trace {TraceId}; next try at {NextRetryAt}")]
    public static partial void Failed(
        ILogger logger, OutboxId outboxId, int attempt, string traceId, DateTimeOffset nextRetryAt, Exception? exception);

    [LoggerMessage(1104, LogLevel.Error, "Outbox row {OutboxId} is dead after {Attempt} attempts, trace {TraceId}; retry it with POST /ops/outbox/{OutboxId}/retry")]
    public static partial void Dead(ILogger logger, OutboxId outboxId, int attempt, string traceId, Exception? exception);

    [LoggerMessage(1105, LogLevel.Warning, "Stale mark of outbox row {OutboxId}: attempt {Attempt} does not own it any more")]
    public static partial void Stale(ILogger logger, OutboxId outboxId, int attempt);

    [LoggerMessage(1106, LogLevel.Warning, "Lease of outbox row {OutboxId} expired, held by {WorkerId}, attempt {Attempt}")]
    public static partial void LeaseExpired(ILogger logger, OutboxId outboxId, string? workerId, int attempt);

    [LoggerMessage(1107, LogLevel.Warning, "Worker {WorkerId} is gone; outbox row {OutboxId}, attempt {Attempt}, goes back")]
    public static partial void WorkerGone(ILogger logger, string? workerId, OutboxId outboxId, int attempt);

    [LoggerMessage(1108, LogLevel.Debug, "Outbox row {OutboxId}, attempt {Attempt}, still runs; its lease was extended")]
    public static partial void LeaseExtended(ILogger logger, OutboxId outboxId, int attempt);

    [LoggerMessage(1109, LogLevel.Error, "The outbox drain failed and goes on at its next poll")]
    public static partial void DrainFailed(ILogger logger, Exception exception);

    [LoggerMessage(1110, LogLevel.Warning, "Gave {Count} keys of unknown outbox rows a head")]
    public static partial void Adopted(ILogger logger, int count);

    [LoggerMessage(1111, LogLevel.Information, "Purged {Count} finished outbox rows completed before {Before}")]
    public static partial void Purged(ILogger logger, long count, DateTimeOffset before);

    [LoggerMessage(1112, LogLevel.Error, "Marking outbox row {OutboxId}, attempt {Attempt}, failed; the next sweep looks after it")]
    public static partial void MarkFailed(ILogger logger, OutboxId outboxId, int attempt, Exception exception);

    [LoggerMessage(1113, LogLevel.Information, "An operator retried outbox row {OutboxId}")]
    public static partial void Retried(ILogger logger, OutboxId outboxId);

    [LoggerMessage(1114, LogLevel.Warning, "Mended {Count} keys whose head nobody could claim; rows or keys were changed by hand")]
    public static partial void Repaired(ILogger logger, int count);

    [LoggerMessage(1115, LogLevel.Warning, "Nobody works on outbox row {OutboxId}, attempt {Attempt}: a claim or mark was not answered; the row goes back")]
    public static partial void NotAnswered(ILogger logger, OutboxId outboxId, int attempt);
}
