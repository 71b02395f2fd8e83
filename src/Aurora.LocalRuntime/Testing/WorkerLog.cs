using Microsoft.Extensions.Logging;

namespace Aurora.LocalRuntime.Testing;

/// <summary>What a Durable Task worker logs of orchestrations and activities, with its event ids and names.</summary>
internal static partial class WorkerLog
{
    [LoggerMessage(EventId = 600, Level = LogLevel.Information, Message = "Orchestration '{Name}' started as '{InstanceId}'")]
    public static partial void OrchestrationStarted(ILogger logger, string instanceId, string name);

    [LoggerMessage(EventId = 601, Level = LogLevel.Information, Message = "Orchestration '{Name}' completed as '{InstanceId}'")]
    public static partial void OrchestrationCompleted(ILogger logger, string instanceId, string name);

    [LoggerMessage(EventId = 602, Level = LogLevel.Information, Message = "Orchestration '{Name}' failed as '{InstanceId}'")]
    public static partial void OrchestrationFailed(ILogger logger, Exception reason, string instanceId, string name);

    [LoggerMessage(EventId = 603, Level = LogLevel.Information, Message = "Activity '{Name}' of '{InstanceId}' started")]
    public static partial void ActivityStarted(ILogger logger, string instanceId, string name);

    [LoggerMessage(EventId = 604, Level = LogLevel.Information, Message = "Activity '{Name}' of '{InstanceId}' completed")]
    public static partial void ActivityCompleted(ILogger logger, string instanceId, string name);

    [LoggerMessage(EventId = 605, Level = LogLevel.Information, Message = "Activity '{Name}' of '{InstanceId}' failed")]
    public static partial void ActivityFailed(ILogger logger, Exception reason, string instanceId, string name);
}
