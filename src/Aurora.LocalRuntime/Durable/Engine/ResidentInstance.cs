using Aurora.LocalRuntime.Durable.History;
using Aurora.LocalRuntime.Durable.Orchestrations;
using Aurora.LocalRuntime.Durable.Storage;

namespace Aurora.LocalRuntime.Durable.Engine;

/// <summary>Where an instance in memory stands.</summary>
internal enum InstancePhase
{
    /// <summary>Being read from the store; messages gather.</summary>
    Loading,

    /// <summary>Has a turn coming.</summary>
    Queued,

    /// <summary>In a turn, or its commit is under way.</summary>
    Busy,

    /// <summary>Waits for something from outside.</summary>
    Idle,

    /// <summary>Left memory; whoever holds it looks again.</summary>
    Gone,
}

/// <summary>
/// One instance in memory: its mailbox and, unless dropped, its coroutine. The phase and the mailbox belong to the lock, everything else
/// to whoever runs its turn: there is one at a time.
/// </summary>
internal sealed class ResidentInstance(string id, DurableEngine engine) : IWorkItem
{
    private readonly Lock _gate = new();
    private List<InstanceMessage> _mailbox = [];

    public string Id => id;

    public InstancePhase Phase { get; private set; } = InstancePhase.Loading;

    /// <summary>As last committed; null when the store has no such instance.</summary>
    public InstanceRecord? Record { get; set; }

    /// <summary>The coroutine; null when there is none yet, none any more, or it was dropped.</summary>
    public OrchestrationExecution? Execution { get; set; }

    /// <summary>What was read from the store and is to be replayed by the next turn.</summary>
    public StoredInstance? ToRestore { get; set; }

    /// <summary>Whether this engine has run a turn of it since it came into memory: then its activities are under way here.</summary>
    public bool IsKnown { get; set; }

    /// <summary>Events stored but not shown to the orchestrator yet; null once it runs.</summary>
    public List<HistoryEvent>? Unexecuted { get; set; }

    public int TurnNumber { get; set; }

    public int OpenActivities { get; set; }

    /// <summary>Counts as having work in hand even between turns: its activities are queued or running.</summary>
    public bool KeepsPlace { get; set; }

    public DateTime LastTurnAt { get; set; }

    /// <summary>The time the timer window wakes it at.</summary>
    public DateTime? Due { get; set; }

    /// <summary>Whether <see cref="Due"/> has a row in the store.</summary>
    public bool IsDueStored { get; set; }

    /// <summary>Changes each time it becomes idle, so that a stale place in the eviction queue is known as such.</summary>
    public int IdleStamp { get; private set; }

    public void Execute() => engine.RunTurn(this);

    /// <summary>Adds a message. False when the instance has left memory; <paramref name="wakes"/> when the caller must get it going.</summary>
    public bool TryPost(InstanceMessage message, out bool wakes, out bool mustLoad)
    {
        lock (_gate)
        {
            wakes = false;
            mustLoad = false;
            if (Phase == InstancePhase.Gone)
            {
                return false;
            }

            _mailbox.Add(message);
            if (Phase == InstancePhase.Idle)
            {
                wakes = true;
                mustLoad = Execution is null && Unexecuted is null;
                Phase = mustLoad ? InstancePhase.Loading : InstancePhase.Queued;
            }

            return true;
        }
    }

    public void Loaded(StoredInstance? stored)
    {
        lock (_gate)
        {
            ToRestore = stored;
            Phase = InstancePhase.Queued;
        }
    }

    public List<InstanceMessage> BeginTurn()
    {
        lock (_gate)
        {
            Phase = InstancePhase.Busy;
            var taken = _mailbox;
            _mailbox = [];
            return taken;
        }
    }

    /// <summary>Puts back what a turn did not come to, before what arrived since.</summary>
    public void PutBack(List<InstanceMessage> messages)
    {
        lock (_gate)
        {
            messages.AddRange(_mailbox);
            _mailbox = messages;
        }
    }

    /// <summary>Ends a turn: the phase it leaves, or <see cref="InstancePhase.Queued"/> or <see cref="InstancePhase.Loading"/> when more has come.</summary>
    public InstancePhase EndTurn(InstancePhase whenNothingWaits)
    {
        lock (_gate)
        {
            if (_mailbox.Count > 0)
            {
                var isDropped = Execution is null && Unexecuted is null && Record is { IsFinished: false };
                Phase = isDropped ? InstancePhase.Loading : InstancePhase.Queued;
                return Phase;
            }

            Phase = whenNothingWaits;
            if (Phase == InstancePhase.Idle)
            {
                IdleStamp++;
            }

            return Phase;
        }
    }

    /// <summary>Takes an idle instance out of memory.</summary>
    public bool TryEvict(int idleStamp)
    {
        lock (_gate)
        {
            if (Phase != InstancePhase.Idle || IdleStamp != idleStamp || OpenActivities > 0)
            {
                return false;
            }

            Phase = InstancePhase.Gone;
            return true;
        }
    }

    /// <summary>Leaves memory for good: whoever waits for a message here is told why, when there is a reason to tell.</summary>
    public void Abandon(Exception? reason)
    {
        List<InstanceMessage> left;
        bool isResting;
        lock (_gate)
        {
            isResting = Phase == InstancePhase.Idle;
            Phase = InstancePhase.Gone;
            left = _mailbox;
            _mailbox = [];
        }

        if (isResting)
        {
            Execution?.Release();
        }

        foreach (var message in left)
        {
            message.Acknowledgement?.TrySetException(reason ?? new InvalidOperationException($"Instance '{id}' could not be stored."));
        }
    }
}
