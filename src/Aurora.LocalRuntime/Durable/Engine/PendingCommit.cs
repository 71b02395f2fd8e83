using Aurora.LocalRuntime.Durable.History;
using Aurora.LocalRuntime.Durable.Orchestrations;
using Aurora.LocalRuntime.Durable.Storage;

namespace Aurora.LocalRuntime.Durable.Engine;

/// <summary>A turn that has run: what is to be written, and what follows once it is.</summary>
internal sealed class PendingCommit(ResidentInstance instance, InstanceCommit commit)
{
    public ResidentInstance Instance => instance;

    public InstanceCommit Commit => commit;

    /// <summary>When it was handed to the writer, as <see cref="System.Diagnostics.Stopwatch"/> counts.</summary>
    public long QueuedAt { get; set; }

    /// <summary>Messages the turn took in; their senders hear of it after the commit.</summary>
    public List<InstanceMessage> Taken { get; } = [];

    /// <summary>Activities to run.</summary>
    public List<OrchestrationAction> Activities { get; } = [];

    /// <summary>Messages to hand over.</summary>
    public List<InstanceMessage> Outgoing { get; } = [];

    /// <summary>The instance's row after the commit.</summary>
    public InstanceRecord? RecordAfter { get; set; }

    /// <summary>The coroutine after the commit.</summary>
    public OrchestrationExecution? ExecutionAfter { get; set; }

    /// <summary>Stored events the orchestrator was not shown yet.</summary>
    public List<HistoryEvent>? UnexecutedAfter { get; set; }

    /// <summary>Executions whose timers are void.</summary>
    public long ReplacedExecution { get; set; }

    public DateTime? Due { get; set; }

    public bool IsDueStored { get; set; }

    public bool HasChangedDue { get; set; }

    /// <summary>A commit of this instance failed for good already; it is not tried to repair a second time.</summary>
    public bool IsRepair { get; set; }
}
