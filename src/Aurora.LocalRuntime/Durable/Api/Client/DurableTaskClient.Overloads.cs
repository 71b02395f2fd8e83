using System.ComponentModel;

namespace Microsoft.DurableTask.Client;

public abstract partial class DurableTaskClient
{
    /// <summary>Starts an orchestration without input.</summary>
    /// <param name="orchestratorName">The name of the orchestrator.</param>
    /// <param name="cancellation">Ends the call; a start that was stored stays.</param>
    /// <returns>The id of the instance, once its start is stored.</returns>
    public virtual Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName, CancellationToken cancellation)
        => ScheduleNewOrchestrationInstanceAsync(orchestratorName, null, null, cancellation);

    /// <summary>Starts an orchestration.</summary>
    /// <param name="orchestratorName">The name of the orchestrator.</param>
    /// <param name="input">Its input; serialized and stored.</param>
    /// <param name="cancellation">Ends the call; a start that was stored stays.</param>
    /// <returns>The id of the instance, once its start is stored.</returns>
    public virtual Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName, object? input, CancellationToken cancellation)
        => ScheduleNewOrchestrationInstanceAsync(orchestratorName, input, null, cancellation);

    /// <summary>Starts an orchestration without input.</summary>
    /// <param name="orchestratorName">The name of the orchestrator.</param>
    /// <param name="options">The id, the start time and the like.</param>
    /// <param name="cancellation">Ends the call; a start that was stored stays.</param>
    /// <returns>The id of the instance, once its start is stored.</returns>
    public virtual Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName, StartOrchestrationOptions options, CancellationToken cancellation = default)
        => ScheduleNewOrchestrationInstanceAsync(orchestratorName, null, options, cancellation);

    /// <summary>Sends an external event without payload to an instance.</summary>
    /// <param name="instanceId">The id of the instance.</param>
    /// <param name="eventName">The name of the event; compared without case.</param>
    /// <param name="cancellation">Ends the call; an event that was stored stays.</param>
    /// <returns>A task that completes when the event is stored.</returns>
    public virtual Task RaiseEventAsync(string instanceId, string eventName, CancellationToken cancellation)
        => RaiseEventAsync(instanceId, eventName, null, cancellation);

    /// <summary>Waits until an instance has started.</summary>
    /// <param name="instanceId">The id of the instance.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The instance without its payloads, in any status but pending.</returns>
    public virtual Task<OrchestrationMetadata> WaitForInstanceStartAsync(
        string instanceId, CancellationToken cancellation)
        => WaitForInstanceStartAsync(instanceId, false, cancellation);

    /// <summary>Waits until an instance has completed, failed or was terminated.</summary>
    /// <param name="instanceId">The id of the instance.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The instance as it ended, without its payloads.</returns>
    public virtual Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId, CancellationToken cancellation)
        => WaitForInstanceCompletionAsync(instanceId, false, cancellation);

    /// <summary>Ends an instance without running its code further.</summary>
    /// <param name="instanceId">The id of the instance.</param>
    /// <param name="cancellation">Ends the call; what was stored stays.</param>
    /// <returns>A task that completes when the termination is stored.</returns>
    public virtual Task TerminateInstanceAsync(string instanceId, CancellationToken cancellation)
        => TerminateInstanceAsync(instanceId, null, cancellation);

    /// <summary>Ends an instance without running its code further.</summary>
    /// <param name="instanceId">The id of the instance.</param>
    /// <param name="output">What becomes its output; serialized and stored.</param>
    /// <param name="cancellation">Ends the call; what was stored stays.</param>
    /// <returns>A task that completes when the termination is stored.</returns>
    public virtual Task TerminateInstanceAsync(
        string instanceId, object? output, CancellationToken cancellation = default)
        => TerminateInstanceAsync(
            instanceId, output is null ? null : new TerminateInstanceOptions(output), cancellation);

    /// <summary>Stops an instance for the time being; events for it are kept.</summary>
    /// <param name="instanceId">The id of the instance.</param>
    /// <param name="cancellation">Ends the call; what was stored stays.</param>
    /// <returns>A task that completes when the request is stored.</returns>
    public virtual Task SuspendInstanceAsync(string instanceId, CancellationToken cancellation)
        => SuspendInstanceAsync(instanceId, null, cancellation);

    /// <summary>Lets a suspended instance go on.</summary>
    /// <param name="instanceId">The id of the instance.</param>
    /// <param name="cancellation">Ends the call; what was stored stays.</param>
    /// <returns>A task that completes when the request is stored.</returns>
    public virtual Task ResumeInstanceAsync(string instanceId, CancellationToken cancellation)
        => ResumeInstanceAsync(instanceId, null, cancellation);

    /// <summary>Looks an instance up, without its payloads.</summary>
    /// <param name="instanceId">The id of the instance.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>The instance; <c>null</c> when there is none.</returns>
    public virtual Task<OrchestrationMetadata?> GetInstanceAsync(string instanceId, CancellationToken cancellation)
        => GetInstanceAsync(instanceId, false, cancellation);

    /// <summary>An older name of <see cref="GetInstanceAsync(string, CancellationToken)"/>.</summary>
    /// <param name="instanceId">The id of the instance.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>The instance; <c>null</c> when there is none.</returns>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Task<OrchestrationMetadata?> GetInstancesAsync(string instanceId, CancellationToken cancellation)
        => GetInstancesAsync(instanceId, false, cancellation);

    /// <summary>An older name of <see cref="GetInstanceAsync(string, bool, CancellationToken)"/>.</summary>
    /// <param name="instanceId">The id of the instance.</param>
    /// <param name="getInputsAndOutputs">Whether to bring input, output and custom status.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>The instance; <c>null</c> when there is none.</returns>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public abstract Task<OrchestrationMetadata?> GetInstancesAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default);

    /// <summary>Removes a finished instance and its history.</summary>
    /// <param name="instanceId">The id of the instance.</param>
    /// <param name="cancellation">Ends the call; what is gone stays gone.</param>
    /// <returns>How many instances were removed; 0 when there is none or it has not ended.</returns>
    public virtual Task<PurgeResult> PurgeInstanceAsync(string instanceId, CancellationToken cancellation)
        => PurgeInstanceAsync(instanceId, null, cancellation);

    /// <summary>Removes finished instances and their histories by filter.</summary>
    /// <param name="filter">Which ones.</param>
    /// <param name="cancellation">Ends the call; what is gone stays gone.</param>
    /// <returns>How many instances were removed.</returns>
    public virtual Task<PurgeResult> PurgeAllInstancesAsync(PurgeInstancesFilter filter, CancellationToken cancellation)
        => PurgeAllInstancesAsync(filter, null, cancellation);
}
