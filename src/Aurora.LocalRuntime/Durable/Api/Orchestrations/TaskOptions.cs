namespace Microsoft.DurableTask;

/// <summary>How an orchestrator calls an activity or a sub-orchestration.</summary>
public record TaskOptions
{
    /// <summary>Options with retries.</summary>
    /// <param name="retry">How failed attempts are retried; <c>null</c> for one attempt only.</param>
    public TaskOptions(TaskRetryOptions? retry)
        : this(retry, null)
    {
    }

    /// <summary>Options with retries and tags.</summary>
    /// <param name="retry">How failed attempts are retried; <c>null</c> for one attempt only.</param>
    /// <param name="tags">Labels that go with the call.</param>
    public TaskOptions(TaskRetryOptions? retry = null, IDictionary<string, string>? tags = null)
    {
        Retry = retry;
        Tags = tags;
    }

    /// <summary>Copies options.</summary>
    /// <param name="options">The options to copy.</param>
    public TaskOptions(TaskOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Retry = options.Retry;
        Tags = options.Tags;
    }

    /// <summary>How failed attempts are retried; <c>null</c> for one attempt only.</summary>
    public TaskRetryOptions? Retry { get; init; }

    /// <summary>Labels that go with the call.</summary>
    public IDictionary<string, string>? Tags { get; init; }

    /// <summary>Options that retry by policy.</summary>
    /// <param name="policy">The policy.</param>
    /// <returns>The options.</returns>
    public static TaskOptions FromRetryPolicy(RetryPolicy policy) => new(policy);

    /// <summary>Options that retry by handler.</summary>
    /// <param name="handler">The handler.</param>
    /// <returns>The options.</returns>
    public static TaskOptions FromRetryHandler(AsyncRetryHandler handler) => new(handler);

    /// <summary>Options that retry by handler.</summary>
    /// <param name="handler">The handler.</param>
    /// <returns>The options.</returns>
    public static TaskOptions FromRetryHandler(RetryHandler handler) => new(handler);

    /// <summary>The same options for a sub-orchestration of a given id.</summary>
    /// <param name="instanceId">The id of the sub-orchestration.</param>
    /// <returns>The options.</returns>
    public SubOrchestrationOptions WithInstanceId(string instanceId) => new(this, instanceId);
}
