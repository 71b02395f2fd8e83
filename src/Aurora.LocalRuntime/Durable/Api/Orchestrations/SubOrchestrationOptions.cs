namespace Microsoft.DurableTask;

/// <summary>How an orchestrator calls a sub-orchestration.</summary>
public record SubOrchestrationOptions : TaskOptions
{
    /// <summary>Options with retries and an id.</summary>
    /// <param name="retry">How failed attempts are retried; <c>null</c> for one attempt only.</param>
    /// <param name="instanceId">The id of the sub-orchestration; <c>null</c> for a derived one.</param>
    public SubOrchestrationOptions(TaskRetryOptions? retry = null, string? instanceId = null)
        : base(retry)
    {
        InstanceId = instanceId;
    }

    /// <summary>Takes over general options.</summary>
    /// <param name="options">The options to take over; an id they hold stays unless another one is given.</param>
    /// <param name="instanceId">The id of the sub-orchestration.</param>
    public SubOrchestrationOptions(TaskOptions options, string? instanceId = null)
        : base(options)
    {
        var derived = options as SubOrchestrationOptions;
        InstanceId = instanceId ?? derived?.InstanceId;
        Version = derived?.Version;
    }

    /// <summary>Copies options.</summary>
    /// <param name="options">The options to copy.</param>
    public SubOrchestrationOptions(SubOrchestrationOptions options)
        : base(options)
    {
        ArgumentNullException.ThrowIfNull(options);
        InstanceId = options.InstanceId;
        Version = options.Version;
    }

    /// <summary>The id of the sub-orchestration; <c>null</c> for one derived from the calling instance.</summary>
    public string? InstanceId { get; init; }

    /// <summary>The version of the sub-orchestration; <c>null</c> for the worker's default.</summary>
    public TaskVersion? Version { get; init; }
}
