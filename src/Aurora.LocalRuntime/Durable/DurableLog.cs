using Microsoft.Extensions.Logging;

namespace Aurora.LocalRuntime.Durable;

/// <summary>Every log message of the durable engine; event ids 5000 to 5099.</summary>
internal static partial class DurableLog
{
    [LoggerMessage(EventId = 5000, Level = LogLevel.Information, Message = "Task hub {Hub} opened, ownership {Owner}")]
    public static partial void HubOpened(ILogger logger, string hub, long owner);

    [LoggerMessage(EventId = 5001, Level = LogLevel.Information, Message = "Task hub {Hub} closed")]
    public static partial void HubClosed(ILogger logger, string hub);

    [LoggerMessage(EventId = 5002, Level = LogLevel.Critical, Message = "The durable engine has stopped: {Reason}")]
    public static partial void EngineLost(ILogger logger, string reason);

    [LoggerMessage(EventId = 5003, Level = LogLevel.Warning, Message = "The durable engine's store cannot be reached; work is kept and written when it is back: {Reason}")]
    public static partial void StoreIsAway(ILogger logger, string reason);

    [LoggerMessage(EventId = 5004, Level = LogLevel.Information, Message = "The durable engine's store is back")]
    public static partial void StoreIsBack(ILogger logger);

    [LoggerMessage(EventId = 5005, Level = LogLevel.Warning, Message = "A batch of {Count} turns was refused by the store and is written one by one: {Reason}")]
    public static partial void BatchRefused(ILogger logger, int count, string reason);

    [LoggerMessage(EventId = 5006, Level = LogLevel.Error, Message = "A turn of instance {InstanceId} cannot be written")]
    public static partial void TurnNotWritten(ILogger logger, Exception reason, string instanceId);

    [LoggerMessage(EventId = 5007, Level = LogLevel.Error, Message = "A turn of instance {InstanceId} failed inside the engine")]
    public static partial void TurnFailed(ILogger logger, Exception reason, string instanceId);

    [LoggerMessage(EventId = 5008, Level = LogLevel.Error, Message = "Instance {InstanceId} cannot be read")]
    public static partial void InstanceNotRead(ILogger logger, Exception reason, string instanceId);

    [LoggerMessage(EventId = 5009, Level = LogLevel.Warning, Message = "Timers could not be fetched, trying again: {Reason}")]
    public static partial void TimersNotFetched(ILogger logger, string reason);

    [LoggerMessage(EventId = 5010, Level = LogLevel.Information, Message = "{Count} unfinished instances taken up again")]
    public static partial void Recovered(ILogger logger, int count);

    [LoggerMessage(EventId = 5011, Level = LogLevel.Error, Message = "Taking up unfinished work failed, trying again")]
    public static partial void RecoveryFailed(ILogger logger, Exception reason);

    [LoggerMessage(EventId = 5012, Level = LogLevel.Warning, Message = "The lock on task hub {Hub} was lost with its connection and is taken again")]
    public static partial void LockRetaken(ILogger logger, string hub);

    [LoggerMessage(EventId = 5013, Level = LogLevel.Debug, Message = "Instance {InstanceId} is {Status}")]
    public static partial void InstanceStatus(ILogger logger, string instanceId, Microsoft.DurableTask.Client.OrchestrationRuntimeStatus status);

    [LoggerMessage(EventId = 5014, Level = LogLevel.Warning, Message = "What the orchestrator of instance {InstanceId} was given could not be disposed of")]
    public static partial void NotReleased(ILogger logger, Exception reason, string instanceId);
}
