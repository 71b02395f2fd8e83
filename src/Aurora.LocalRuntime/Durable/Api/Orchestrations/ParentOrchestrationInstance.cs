namespace Microsoft.DurableTask;

/// <summary>The orchestration that called a sub-orchestration.</summary>
/// <param name="Name">The name of the calling orchestrator.</param>
/// <param name="InstanceId">The id of the calling instance.</param>
public record ParentOrchestrationInstance(TaskName Name, string InstanceId);
