using Aurora.Functions.Routing.Specialists;
using Microsoft.Extensions.Logging;

namespace Aurora.Functions.Routing;

/// <summary>Everything routing logs (1300 to 1399). Ids, verdicts and times; never a message's text.</summary>
internal static partial class RoutingLog
{
    [LoggerMessage(1300, LogLevel.Information, "ROUTER start: trace {TraceId}, outbox {OutboxId}, attempt {Attempt}")]
    public static partial void Started(ILogger logger, string traceId, string outboxId, int attempt);

    [LoggerMessage(1301, LogLevel.Debug, "Specialist {Name} start: trace {TraceId}")]
    public static partial void SpecialistStarted(ILogger logger, string name, string traceId);

    [LoggerMessage(1302, LogLevel.Debug, "Specialist {Name} end: trace {TraceId}, {Status}, {ElapsedMs:F1} ms")]
    public static partial void SpecialistEnded(ILogger logger, string name, string traceId, SpecialistStatus status, double elapsedMs);

    [LoggerMessage(1303, LogLevel.Error, "Specialist {Name} failed: trace {TraceId}, {ErrorType}")]
    public static partial void SpecialistFailed(ILogger logger, string name, string traceId, string? errorType);

    [LoggerMessage(1304, LogLevel.Warning, "SAFETY BLOCK: trace {TraceId}, {SafetyData}")]
    public static partial void SafetyBlock(ILogger logger, string traceId, string safetyData);

    [LoggerMessage(1305, LogLevel.Information, "OUTBOX PROCEED: trace {TraceId}, delta {ScoreDelta}, {ErrorCount} errors")]
    public static partial void Proceed(ILogger logger, string traceId, int scoreDelta, int errorCount);

    [LoggerMessage(1306, LogLevel.Warning, "OUTBOX BLOCK: trace {TraceId}, delta {ScoreDelta}, {ErrorCount} errors")]
    public static partial void Block(ILogger logger, string traceId, int scoreDelta, int errorCount);

    [LoggerMessage(1307, LogLevel.Error, "No decision: trace {TraceId}, outbox {OutboxId}, attempt {Attempt}: {Reason}")]
    public static partial void Unchecked(ILogger logger, string traceId, string outboxId, int attempt, string reason);

    [LoggerMessage(1308, LogLevel.Warning, "Decision discarded: trace {TraceId}, attempt {Attempt} does not own outbox {OutboxId} any more")]
    public static partial void Stale(ILogger logger, string traceId, int attempt, string outboxId);

    [LoggerMessage(1309, LogLevel.Information, "Purged {Count} finished orchestrations created before {Before}")]
    public static partial void Purged(ILogger logger, int count, DateTimeOffset before);

    [LoggerMessage(1310, LogLevel.Information, "Purged {Count} decisions made before {Before}")]
    public static partial void DecisionsPurged(ILogger logger, long count, DateTimeOffset before);

    [LoggerMessage(1311, LogLevel.Warning, "Consumer {Name} failed: trace {TraceId}, {ErrorType}")]
    public static partial void ConsumerFailed(ILogger logger, string name, string traceId, string? errorType);
}
