namespace Microsoft.DurableTask.Client;

/// <summary>Choosing the statuses in which an existing instance stops a new start.</summary>
public static class StartOrchestrationOptionsExtensions
{
    /// <summary>All statuses that may be chosen. Choosing all of them means: never start this id twice.</summary>
    public static readonly IReadOnlyList<OrchestrationRuntimeStatus> ValidDedupeStatuses =
    [
        OrchestrationRuntimeStatus.Completed,
        OrchestrationRuntimeStatus.Failed,
        OrchestrationRuntimeStatus.Terminated,
        Canceled,
        OrchestrationRuntimeStatus.Pending,
        OrchestrationRuntimeStatus.Running,
        OrchestrationRuntimeStatus.Suspended,
    ];

    // An obsolete status no instance is ever in. It has a place in the list, but no name to write it by.
    private const OrchestrationRuntimeStatus Canceled = (OrchestrationRuntimeStatus)4;

    /// <summary>Options with the statuses in which an existing instance of the same id stops the start.</summary>
    /// <param name="options">The options to add to.</param>
    /// <param name="dedupeStatuses">The statuses. A running instance in a status left out is terminated and
    /// replaced.</param>
    /// <returns>A copy of the options.</returns>
    public static StartOrchestrationOptions WithDedupeStatuses(
        this StartOrchestrationOptions options,
        params OrchestrationRuntimeStatus[] dedupeStatuses)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(dedupeStatuses);
        return options with { DedupeStatuses = Array.ConvertAll(dedupeStatuses, NameOf) };
    }

    private static string NameOf(OrchestrationRuntimeStatus status)
        => status == Canceled ? nameof(Canceled) : status.ToString();
}
