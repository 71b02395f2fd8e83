using Microsoft.Extensions.Logging;

namespace Aurora.LocalRuntime.Hosting;

/// <summary>What the host logs.</summary>
internal static partial class HostLog
{
    [LoggerMessage(5100, LogLevel.Error, "Function {Function} failed (invocation {InvocationId})")]
    public static partial void FunctionFailed(this ILogger logger, Exception exception, string function, string invocationId);

    [LoggerMessage(5101, LogLevel.Error, "Function {Function} ran longer than {Limit} and was given up (invocation {InvocationId})")]
    public static partial void FunctionTimedOut(this ILogger logger, string function, string invocationId, TimeSpan limit);

    [LoggerMessage(5102, LogLevel.Debug, "Function {Function}: the caller went away (invocation {InvocationId})")]
    public static partial void CallerGone(this ILogger logger, string function, string invocationId);

    [LoggerMessage(5103, LogLevel.Debug, "Function {Function} was cancelled by the shutdown (invocation {InvocationId})")]
    public static partial void FunctionStopped(this ILogger logger, string function, string invocationId);

    [LoggerMessage(5104, LogLevel.Warning, "Request to {Function} refused: {Outstanding} requests are outstanding")]
    public static partial void TooManyRequests(this ILogger logger, string function, int outstanding);

    [LoggerMessage(5110, LogLevel.Warning, "Timer {Function} is past due: it was expected at {Expected:o}")]
    public static partial void TimerPastDue(this ILogger logger, string function, DateTime expected);

    [LoggerMessage(5111, LogLevel.Warning, "Timer {Function}: its monitor could not be written; the next start may repeat or miss a run")]
    public static partial void TimerMonitorFailed(this ILogger logger, Exception exception, string function);

    [LoggerMessage(5112, LogLevel.Debug, "Timer {Function} runs next at {Next:o}")]
    public static partial void TimerScheduled(this ILogger logger, string function, DateTime next);

    [LoggerMessage(5113, LogLevel.Error, "Timer {Function} failed")]
    public static partial void TimerFailed(this ILogger logger, Exception exception, string function);

    [LoggerMessage(5120, LogLevel.Information, "Shutting down: triggers stop, running invocations end")]
    public static partial void Draining(this ILogger logger);

    [LoggerMessage(5121, LogLevel.Warning, "{What} did not stop in time")]
    public static partial void DidNotStop(this ILogger logger, string what);
}
