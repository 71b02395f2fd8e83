using Aurora.LocalRuntime.Durable.Orchestrations;
using Microsoft.DurableTask.Client;

namespace Aurora.LocalRuntime.Durable.Engine;

/// <summary>Asks for a new execution under an instance id.</summary>
internal sealed record StartRequest
{
    /// <summary>What a start means when nobody says otherwise: never a second execution beside a live one.</summary>
    public static readonly IReadOnlyList<OrchestrationRuntimeStatus> LiveStatuses =
    [
        OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Suspended,
    ];

    public required string Name { get; init; }

    public string Version { get; init; } = "";

    public string? Input { get; init; }

    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    public ParentLink? Parent { get; init; }

    public DateTime? StartAt { get; init; }

    /// <summary>Statuses of an instance of the same id that forbid the start. A live instance in none of them is terminated first.</summary>
    public IReadOnlyList<OrchestrationRuntimeStatus> Forbidding { get; init; } = LiveStatuses;

    public bool IsForbiddenBy(OrchestrationRuntimeStatus status) => Forbidding.Contains(status);
}
