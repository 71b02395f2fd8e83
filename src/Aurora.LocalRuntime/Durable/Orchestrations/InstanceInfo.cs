namespace Aurora.LocalRuntime.Durable.Orchestrations;

/// <summary>The instance that waits for this one, and the task under which it waits.</summary>
internal sealed record ParentLink(string InstanceId, string Name, long Execution, int TaskId);

/// <summary>What an execution knows about itself from its start to its end.</summary>
internal sealed record InstanceInfo
{
    public required string Id { get; init; }

    /// <summary>Number of this execution, unique in the hub: a restart and each continue-as-new get a new one.</summary>
    public required long Execution { get; init; }

    public required string Name { get; init; }

    public string Version { get; init; } = "";

    public string? Input { get; init; }

    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    public ParentLink? Parent { get; init; }

    public required DateTime CreatedAt { get; init; }

    /// <summary>When a delayed start is due.</summary>
    public DateTime? StartAt { get; init; }
}
