using Aurora.LocalRuntime.Durable.History;
using Aurora.LocalRuntime.Durable.Orchestrations;
using Aurora.LocalRuntime.Durable.Storage;

namespace Aurora.LocalRuntime.Durable.Engine;

/// <summary>What a turn has gathered so far. Lives for one turn, on one thread.</summary>
internal sealed class TurnInWork(ResidentInstance instance)
{
    private InstanceInfo? _begun;

    public ResidentInstance Instance => instance;

    public DateTime Now { get; set; }

    /// <summary>What the orchestrator is shown in this turn.</summary>
    public List<HistoryEvent> Events { get; } = [];

    public List<InstanceMessage> Taken { get; } = [];

    public List<InstanceMessage> Outgoing { get; } = [];

    public List<OrchestrationAction> Activities { get; } = [];

    /// <summary>Actions of earlier turns without an answer, of an instance that comes back after a restart.</summary>
    public OrchestrationAction[] Resumed { get; set; } = [];

    public List<InstanceMessage>? PutBack { get; set; }

    public OrchestrationExecution? Execution { get; set; }

    /// <summary>Stored events of an execution that has not begun; null when it has.</summary>
    public List<HistoryEvent>? Unexecuted { get; set; }

    /// <summary>This turn's events are stored without being shown.</summary>
    public bool IsHeldBack { get; set; }

    public TurnOutcome? Outcome { get; set; }

    public int TimersFired { get; set; }

    /// <summary>This turn gives the instance a row or another execution.</summary>
    public bool HasBegun => _begun is not null;

    public long ReplacedExecution { get; private set; }

    public bool IsNew { get; private set; }

    public bool IsLive => Execution is not null || Unexecuted is not null;

    public InstanceInfo? Info => _begun ?? Execution?.Info ?? instance.Record?.Info;

    public long CurrentExecution => Info?.Execution ?? 0;

    public void Begin(InstanceInfo info, InstanceRecord? stored)
    {
        _begun = info;
        IsNew = stored is null;
        ReplacedExecution = stored?.Info.Execution ?? 0;
    }
}
