namespace Aurora.LocalRuntime.Durable.Storage;

/// <summary>What a commit does to the instance's row.</summary>
internal enum CommitKind
{
    /// <summary>Nothing: only messages.</summary>
    None,

    /// <summary>The instance is new to the hub.</summary>
    Create,

    /// <summary>The row gets another execution: a restart, a continue-as-new, a delayed start that begins. Turns of the old one go.</summary>
    Replace,

    /// <summary>The same execution goes on.</summary>
    Advance,
}

/// <summary>What a commit does to the instance's stored timer.</summary>
internal enum TimerChange
{
    /// <summary>Nothing.</summary>
    Keep,

    /// <summary>There is one, due at <see cref="InstanceCommit.TimerDue"/>.</summary>
    Set,

    /// <summary>There is none any more.</summary>
    Clear,
}

/// <summary>Everything one turn of one instance changes. A store applies all of it or nothing.</summary>
internal sealed class InstanceCommit
{
    public required string InstanceId { get; init; }

    public required long Execution { get; init; }

    public CommitKind Kind { get; set; }

    /// <summary>The row as it is to be. For <see cref="CommitKind.Advance"/> null when the row stays as it is.</summary>
    public InstanceRecord? Row { get; set; }

    /// <summary><see cref="CommitKind.Replace"/>: the execution whose turns go.</summary>
    public long ReplacedExecution { get; set; }

    /// <summary>Number of the turn within its execution; the first is 0.</summary>
    public int TurnNumber { get; set; }

    /// <summary>The encoded turn.</summary>
    public byte[]? Turn { get; set; }

    /// <summary>After this turn the instance has activities or near timers to go on with, without anything coming from outside.</summary>
    public bool HasWork { get; set; }

    public TimerChange TimerChange { get; set; }

    public DateTime TimerDue { get; set; }

    /// <summary>Messages to other instances.</summary>
    public List<InboxRow> Sends { get; } = [];

    /// <summary>Messages this turn took in.</summary>
    public List<long> Received { get; } = [];

    public bool IsEmpty => Kind == CommitKind.None && Sends.Count == 0 && Received.Count == 0 && TimerChange == TimerChange.Keep;
}
