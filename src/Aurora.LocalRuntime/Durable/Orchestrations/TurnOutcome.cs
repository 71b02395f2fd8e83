using Aurora.LocalRuntime.Durable.History;
using Microsoft.DurableTask;

namespace Aurora.LocalRuntime.Durable.Orchestrations;

/// <summary>How an execution stands after a turn.</summary>
internal enum ExecutionState
{
    /// <summary>Waiting for something.</summary>
    Running,

    /// <summary>Taking no events until resumed.</summary>
    Suspended,

    /// <summary>Returned.</summary>
    Completed,

    /// <summary>Threw, or was ended because it cannot go on.</summary>
    Failed,

    /// <summary>Ended from outside.</summary>
    Terminated,

    /// <summary>Asked to start over with a new input.</summary>
    ContinuedAsNew,
}

/// <summary>What a turn left behind.</summary>
internal sealed class TurnOutcome
{
    public required ExecutionState State { get; init; }

    public required IReadOnlyList<OrchestrationAction> Actions { get; init; }

    /// <summary>Result, plain failure message, reason of termination, or the next generation's input.</summary>
    public string? Output { get; init; }

    public TaskFailureDetails? Failure { get; init; }

    public string? NewVersion { get; init; }

    /// <summary>Events the next generation begins with.</summary>
    public IReadOnlyList<HistoryEvent> CarriedEvents { get; init; } = [];

    /// <summary>Terminated: children are ended too.</summary>
    public bool IsRecursive { get; init; }

    public bool IsFinished => State is ExecutionState.Completed or ExecutionState.Failed or ExecutionState.Terminated;
}
