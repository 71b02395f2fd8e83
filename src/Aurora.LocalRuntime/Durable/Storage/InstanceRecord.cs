using Aurora.LocalRuntime.Durable.Orchestrations;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Aurora.LocalRuntime.Durable.Storage;

/// <summary>An instance as its last commit left it.</summary>
internal sealed record InstanceRecord
{
    public required InstanceInfo Info { get; init; }

    public required OrchestrationRuntimeStatus Status { get; init; }

    public string? Output { get; init; }

    public string? CustomStatus { get; init; }

    public TaskFailureDetails? Failure { get; init; }

    public required DateTime UpdatedAt { get; init; }

    public bool IsFinished => IsFinal(Status);

    public static bool IsFinal(OrchestrationRuntimeStatus status) =>
        status is OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated;
}
