using Aurora.LocalRuntime.Durable.History;

namespace Aurora.LocalRuntime.Durable.Engine;

/// <summary>Something on its way to an instance's next turn.</summary>
internal sealed class InstanceMessage
{
    public required string Target { get; init; }

    /// <summary>The only execution this is for; 0 for whichever is there.</summary>
    public long Execution { get; init; }

    public HistoryEvent? Event { get; init; }

    public StartRequest? Start { get; init; }

    /// <summary>Its row in the inbox; 0 when it has none.</summary>
    public long InboxId { get; init; }

    /// <summary>Completed when the turn that took the message in is committed.</summary>
    public TaskCompletionSource? Acknowledgement { get; init; }

    /// <summary>The instance this start replaces was terminated for it already.</summary>
    public bool HasTerminated { get; set; }

    /// <summary>Nothing but a reason to look at the instance's timers.</summary>
    public bool IsWakeUp => Event is null && Start is null;
}
