namespace Aurora.LocalRuntime.Durable.History;

/// <summary>What an orchestrator can ask for. The numbers are stored.</summary>
internal enum OrchestrationActionKind : byte
{
    /// <summary>Run an activity.</summary>
    CallActivity = 1,

    /// <summary>Wake up at a time.</summary>
    CreateTimer = 2,

    /// <summary>Run another orchestration and wait for it.</summary>
    CallSubOrchestration = 3,

    /// <summary>Send an event to an instance.</summary>
    SendEvent = 4,
}

/// <summary>One thing an orchestrator asked for in a turn, under the task id it got.</summary>
internal sealed class OrchestrationAction
{
    public required OrchestrationActionKind Kind { get; init; }

    public required int TaskId { get; init; }

    /// <summary>Activity, orchestrator or event name; empty for timers.</summary>
    public string Name { get; init; } = "";

    public string? Input { get; init; }

    /// <summary>Child or receiver.</summary>
    public string? InstanceId { get; init; }

    public DateTime FireAt { get; init; }

    public string? Version { get; init; }

    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>Kind and name: what must be the same when the step is replayed.</summary>
    public bool IsSameStepAs(OrchestrationAction other) =>
        Kind == other.Kind && TaskId == other.TaskId && string.Equals(Name, other.Name, StringComparison.OrdinalIgnoreCase);

    public override string ToString() => Kind switch
    {
        OrchestrationActionKind.CallActivity => $"activity '{Name}' (#{TaskId})",
        OrchestrationActionKind.CreateTimer => $"timer (#{TaskId})",
        OrchestrationActionKind.CallSubOrchestration => $"sub-orchestration '{Name}' (#{TaskId})",
        OrchestrationActionKind.SendEvent => $"event '{Name}' to another instance (#{TaskId})",
    };
}
