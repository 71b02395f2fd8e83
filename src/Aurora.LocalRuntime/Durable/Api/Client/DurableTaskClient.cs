using Microsoft.DurableTask.Internal;

namespace Microsoft.DurableTask.Client;

/// <summary>
/// Starts, watches and steers orchestration instances of one task hub. Safe for concurrent use. A function gets it
/// through its client binding.
/// </summary>
public abstract partial class DurableTaskClient : IOrchestrationSubmitter, IAsyncDisposable
{
    /// <summary>Makes a client.</summary>
    /// <param name="name">The name of the client; empty for the only one.</param>
    protected DurableTaskClient(string name)
    {
        Name = name;
    }

    /// <summary>The name of the client; empty for the only one.</summary>
    public string Name { get; }

    /// <summary>Starts an orchestration.</summary>
    /// <param name="orchestratorName">The name of the orchestrator.</param>
    /// <param name="input">Its input; serialized and stored.</param>
    /// <param name="options">The id, the start time and the like.</param>
    /// <param name="cancellation">Ends the call; a start that was stored stays.</param>
    /// <returns>The id of the instance, once its start is stored.</returns>
    /// <exception cref="InvalidOperationException">
    /// An instance of this id stands in the way; then it is an
    /// <see cref="global::DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException"/>.
    /// </exception>
    public abstract Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName,
        object? input = null,
        StartOrchestrationOptions? options = null,
        CancellationToken cancellation = default);

    /// <summary>Sends an external event to an instance. One that has ended, or does not exist, drops it.</summary>
    /// <param name="instanceId">The id of the instance.</param>
    /// <param name="eventName">The name of the event; compared without case.</param>
    /// <param name="eventPayload">The payload; serialized and stored.</param>
    /// <param name="cancellation">Ends the call; an event that was stored stays.</param>
    /// <returns>A task that completes when the event is stored.</returns>
    public abstract Task RaiseEventAsync(
        string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default);

    /// <summary>Waits until an instance has started.</summary>
    /// <param name="instanceId">The id of the instance.</param>
    /// <param name="getInputsAndOutputs">Whether to bring input, output and custom status.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The instance, in any status but pending.</returns>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    public abstract Task<OrchestrationMetadata> WaitForInstanceStartAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default);

    /// <summary>Waits until an instance has completed, failed or was terminated.</summary>
    /// <param name="instanceId">The id of the instance.</param>
    /// <param name="getInputsAndOutputs">Whether to bring input, output and custom status.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The instance as it ended.</returns>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    public abstract Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default);

    /// <summary>
    /// Ends an instance without running its code further. Activities that run are not stopped; an instance that has
    /// ended stays as it is.
    /// </summary>
    /// <param name="instanceId">The id of the instance.</param>
    /// <param name="options">The output it gets and whether its sub-orchestrations end too; they stay by
    /// default.</param>
    /// <param name="cancellation">Ends the call; what was stored stays.</param>
    /// <returns>A task that completes when the termination is stored.</returns>
    /// <exception cref="NotSupportedException">This kind of client cannot do it.</exception>
    public virtual Task TerminateInstanceAsync(
        string instanceId, TerminateInstanceOptions? options = null, CancellationToken cancellation = default)
        => throw new NotSupportedException($"{GetType()} cannot terminate orchestrations.");

    /// <summary>Stops an instance for the time being; events for it are kept.</summary>
    /// <param name="instanceId">The id of the instance.</param>
    /// <param name="reason">Why; recorded with it.</param>
    /// <param name="cancellation">Ends the call; what was stored stays.</param>
    /// <returns>A task that completes when the request is stored.</returns>
    public abstract Task SuspendInstanceAsync(
        string instanceId, string? reason = null, CancellationToken cancellation = default);

    /// <summary>Lets a suspended instance go on.</summary>
    /// <param name="instanceId">The id of the instance.</param>
    /// <param name="reason">Why; recorded with it.</param>
    /// <param name="cancellation">Ends the call; what was stored stays.</param>
    /// <returns>A task that completes when the request is stored.</returns>
    public abstract Task ResumeInstanceAsync(
        string instanceId, string? reason = null, CancellationToken cancellation = default);

    /// <summary>Looks an instance up.</summary>
    /// <param name="instanceId">The id of the instance.</param>
    /// <param name="getInputsAndOutputs">Whether to bring input, output and custom status.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>The instance; <c>null</c> when there is none.</returns>
    public virtual Task<OrchestrationMetadata?> GetInstanceAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default)
        => GetInstancesAsync(instanceId, getInputsAndOutputs, cancellation);

    /// <summary>Lists instances.</summary>
    /// <param name="filter">Which ones; all when <c>null</c>.</param>
    /// <returns>The instances, fetched page by page.</returns>
    public abstract AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null);

    /// <summary>Removes a finished instance and its history.</summary>
    /// <param name="instanceId">The id of the instance.</param>
    /// <param name="options">Whether its sub-orchestrations go too.</param>
    /// <param name="cancellation">Ends the call; what is gone stays gone.</param>
    /// <returns>How many instances were removed; 0 when there is none or it has not ended.</returns>
    /// <exception cref="NotSupportedException">This kind of client cannot do it.</exception>
    public virtual Task<PurgeResult> PurgeInstanceAsync(
        string instanceId, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
        => throw new NotSupportedException($"{GetType()} cannot purge orchestrations.");

    /// <summary>Removes finished instances and their histories by filter.</summary>
    /// <param name="filter">Which ones.</param>
    /// <param name="options">Whether their sub-orchestrations go too.</param>
    /// <param name="cancellation">Ends the call; what is gone stays gone.</param>
    /// <returns>How many instances were removed.</returns>
    /// <exception cref="NotSupportedException">This kind of client cannot do it.</exception>
    public virtual Task<PurgeResult> PurgeAllInstancesAsync(
        PurgeInstancesFilter filter, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
        => throw new NotSupportedException($"{GetType()} cannot purge orchestrations.");

    /// <summary>Starts an orchestration again with the input it had.</summary>
    /// <param name="instanceId">The id of the instance.</param>
    /// <param name="restartWithNewInstanceId">Whether the new run gets an id of its own instead of the same
    /// one.</param>
    /// <param name="cancellation">Ends the call; a start that was stored stays.</param>
    /// <returns>The id of the new run.</returns>
    /// <exception cref="ArgumentException">There is no such instance.</exception>
    /// <exception cref="InvalidOperationException">It has not ended, and the same id was asked for.</exception>
    /// <exception cref="NotSupportedException">This kind of client cannot do it.</exception>
    public virtual Task<string> RestartAsync(
        string instanceId, bool restartWithNewInstanceId = false, CancellationToken cancellation = default)
        => throw new NotSupportedException($"{GetType()} cannot restart orchestrations.");

    /// <summary>Lists the ids of ended instances by the time they ended.</summary>
    /// <param name="runtimeStatus">In one of these statuses; <c>null</c> for all ended ones.</param>
    /// <param name="completedTimeFrom">Ended at this time or later; <c>null</c> for no bound.</param>
    /// <param name="completedTimeTo">Ended at this time or earlier; <c>null</c> for no bound.</param>
    /// <param name="pageSize">How many ids the page holds.</param>
    /// <param name="lastInstanceKey">Where to begin, from an earlier page.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>One page of ids.</returns>
    /// <exception cref="NotSupportedException">This kind of client cannot do it.</exception>
    public virtual Task<Page<string>> ListInstanceIdsAsync(
        IEnumerable<OrchestrationRuntimeStatus>? runtimeStatus = null,
        DateTimeOffset? completedTimeFrom = null,
        DateTimeOffset? completedTimeTo = null,
        int pageSize = OrchestrationQuery.DefaultPageSize,
        string? lastInstanceKey = null,
        CancellationToken cancellation = default)
        => throw new NotSupportedException($"{GetType()} cannot list orchestrations by the time they ended.");

    /// <summary>Gives up what the client holds; running instances go on.</summary>
    /// <returns>A task that completes when everything is given up.</returns>
    public abstract ValueTask DisposeAsync();
}
