namespace Microsoft.DurableTask.Internal;

/// <summary>Something that can start orchestrations.</summary>
public interface IOrchestrationSubmitter
{
    /// <summary>Starts an orchestration.</summary>
    /// <param name="orchestratorName">The name of the orchestrator.</param>
    /// <param name="input">Its input; serialized and stored.</param>
    /// <param name="options">The id, the start time and the like.</param>
    /// <param name="cancellation">Ends the call; a start that was stored stays.</param>
    /// <returns>The id of the instance, once its start is stored.</returns>
    Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName,
        object? input = null,
        StartOrchestrationOptions? options = null,
        CancellationToken cancellation = default);
}
