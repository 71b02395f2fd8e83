using Microsoft.DurableTask.Client;

namespace Aurora.LocalRuntime.Durable.Storage;

/// <summary>Which instances a list or a purge is about. Null means "any".</summary>
internal sealed record InstanceFilter
{
    public string? IdPrefix { get; init; }

    public IReadOnlyList<OrchestrationRuntimeStatus>? Statuses { get; init; }

    public DateTime? CreatedFrom { get; init; }

    public DateTime? CreatedTo { get; init; }
}

/// <summary>One page of a list, and where the next begins; null after the last.</summary>
internal sealed record InstancePage(IReadOnlyList<InstanceRecord> Instances, string? NextId);
