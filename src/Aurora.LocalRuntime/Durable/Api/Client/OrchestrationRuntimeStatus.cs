namespace Microsoft.DurableTask.Client;

/// <summary>Where an orchestration instance stands.</summary>
public enum OrchestrationRuntimeStatus
{
    /// <summary>It has started and is not finished.</summary>
    Running = 0,

    /// <summary>It returned an output.</summary>
    Completed = 1,

    /// <summary>It ended with an exception.</summary>
    Failed = 3,

    /// <summary>A client ended it.</summary>
    Terminated = 5,

    /// <summary>Its start is stored, its code has not run yet.</summary>
    Pending = 6,

    /// <summary>A client stopped it for the time being; events are kept until it is resumed.</summary>
    Suspended = 7,
}
