using Microsoft.DurableTask;

namespace Aurora.LocalRuntime.Durable.History;

/// <summary>What can happen to an instance. The numbers are stored.</summary>
internal enum HistoryEventKind : byte
{
    /// <summary>A turn begins; carries the time the orchestrator sees.</summary>
    TurnStarted = 1,

    /// <summary>The execution begins; carries the input.</summary>
    Started = 2,

    /// <summary>An activity or a sub-orchestration answered.</summary>
    TaskCompleted = 3,

    /// <summary>An activity or a sub-orchestration failed.</summary>
    TaskFailed = 4,

    /// <summary>A durable timer is due.</summary>
    TimerFired = 5,

    /// <summary>An external event arrived.</summary>
    EventRaised = 6,

    /// <summary>The instance stops taking events.</summary>
    Suspended = 7,

    /// <summary>The instance takes events again.</summary>
    Resumed = 8,

    /// <summary>The instance is ended from outside.</summary>
    Terminated = 9,

    /// <summary>The engine ends the instance, because its code or its history cannot go on.</summary>
    Aborted = 10,
}

/// <summary>One event of an instance's history, or one on its way there.</summary>
internal sealed class HistoryEvent
{
    private HistoryEvent(HistoryEventKind kind) => Kind = kind;

    public HistoryEventKind Kind { get; }

    public DateTime Timestamp { get; private init; }

    public int TaskId { get; private init; }

    public string? Name { get; private init; }

    public string? Payload { get; private init; }

    public TaskFailureDetails? Failure { get; private init; }

    /// <summary>Terminated: children too. TaskFailed: trying again is pointless.</summary>
    public bool Flag { get; private init; }

    public static HistoryEvent TurnStarted(DateTime timestamp) => new(HistoryEventKind.TurnStarted) { Timestamp = timestamp };

    public static HistoryEvent Started(string? input) => new(HistoryEventKind.Started) { Payload = input };

    public static HistoryEvent TaskCompleted(int taskId, string? result) => new(HistoryEventKind.TaskCompleted) { TaskId = taskId, Payload = result };

    public static HistoryEvent TaskFailed(int taskId, TaskFailureDetails failure, bool isFinal) =>
        new(HistoryEventKind.TaskFailed) { TaskId = taskId, Failure = failure, Flag = isFinal };

    public static HistoryEvent TimerFired(int taskId) => new(HistoryEventKind.TimerFired) { TaskId = taskId };

    public static HistoryEvent EventRaised(string name, string? payload) => new(HistoryEventKind.EventRaised) { Name = name, Payload = payload };

    public static HistoryEvent Suspended(string? reason) => new(HistoryEventKind.Suspended) { Payload = reason };

    public static HistoryEvent Resumed(string? reason) => new(HistoryEventKind.Resumed) { Payload = reason };

    public static HistoryEvent Terminated(string? reason, bool recursive) => new(HistoryEventKind.Terminated) { Payload = reason, Flag = recursive };

    public static HistoryEvent Aborted(TaskFailureDetails failure) => new(HistoryEventKind.Aborted) { Failure = failure };

    public override string ToString() => Kind switch
    {
        HistoryEventKind.TurnStarted => $"TurnStarted {Timestamp:O}",
        HistoryEventKind.Started => "Started",
        HistoryEventKind.TaskCompleted => $"TaskCompleted #{TaskId}",
        HistoryEventKind.TaskFailed => $"TaskFailed #{TaskId}",
        HistoryEventKind.TimerFired => $"TimerFired #{TaskId}",
        HistoryEventKind.EventRaised => $"EventRaised {Name}",
        HistoryEventKind.Suspended => "Suspended",
        HistoryEventKind.Resumed => "Resumed",
        HistoryEventKind.Terminated => "Terminated",
        HistoryEventKind.Aborted => "Aborted",
    };
}
