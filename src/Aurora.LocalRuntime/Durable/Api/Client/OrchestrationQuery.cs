namespace Microsoft.DurableTask.Client;

/// <summary>Which orchestration instances to list. What is <c>null</c> does not narrow the result.</summary>
/// <param name="CreatedFrom">Created at this time or later.</param>
/// <param name="CreatedTo">Created at this time or earlier.</param>
/// <param name="Statuses">In one of these statuses.</param>
/// <param name="TaskHubNames">In one of these task hubs.</param>
/// <param name="InstanceIdPrefix">With an id that begins so.</param>
/// <param name="PageSize">How many instances one page holds.</param>
/// <param name="FetchInputsAndOutputs">Whether to bring inputs, outputs and custom statuses.</param>
/// <param name="ContinuationToken">Where to begin, from an earlier page.</param>
public record OrchestrationQuery(
    DateTimeOffset? CreatedFrom = null,
    DateTimeOffset? CreatedTo = null,
    IEnumerable<OrchestrationRuntimeStatus>? Statuses = null,
    IEnumerable<string>? TaskHubNames = null,
    string? InstanceIdPrefix = null,
    int PageSize = OrchestrationQuery.DefaultPageSize,
    bool FetchInputsAndOutputs = false,
    string? ContinuationToken = null)
{
    /// <summary>How many instances one page holds unless said otherwise.</summary>
    public const int DefaultPageSize = 100;
}
