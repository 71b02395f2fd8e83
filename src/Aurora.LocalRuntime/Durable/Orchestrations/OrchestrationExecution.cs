// One thing: the life of one coroutine, from events in to actions out; splitting it would spread its invariants.
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Aurora.LocalRuntime.Durable.History;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace Aurora.LocalRuntime.Durable.Orchestrations;

/// <summary>
/// The live coroutine of an orchestrator. It is fed with history events, on one thread at a time, and answers with what the orchestrator
/// asked for. The same events always give the same actions, unless the code changed: <see cref="Replay"/> finds that out.
/// </summary>
internal sealed class OrchestrationExecution
{
    /// <summary>How the failure of an orchestrator that awaits something non-durable begins.</summary>
    public const string InvalidAsyncMessage =
        "An invalid asynchronous invocation was detected: the orchestrator awaits a task that its context did not create "
        + "(Task.Delay, HTTP, file access, Task.Run and the like). Move such work into an activity.";

    private readonly ITaskCode _code;
    private readonly ILoggerFactory _loggers;
    private readonly OrchestrationSynchronizationContext _synchronization;
    private readonly Dictionary<int, IOpenTask> _openTasks = [];
    private readonly Queue<HistoryEvent> _whileSuspended = new();
    private readonly List<HistoryEvent> _forNextGeneration = [];
    private List<OrchestrationAction> _actions = [];
    private HashSet<int>? _finalFailures;
    private Task<object?>? _main;
    private int _nextTaskId;
    private bool _isSuspended;
    private HistoryEvent? _end;
    private (string? Input, string? Version, bool KeepEvents)? _continueAsNew;
    private (bool IsSet, object? Value) _customStatus;

    public OrchestrationExecution(InstanceInfo info, ITaskCode code, DataConverter converter, ILoggerFactory loggers, Action onForeignContinuation)
    {
        Info = info;
        _code = code;
        _loggers = loggers;
        Converter = converter;
        Events = new ExternalEvents(converter);
        _synchronization = new OrchestrationSynchronizationContext(onForeignContinuation);
        Context = new EngineOrchestrationContext(this, loggers);
    }

    public InstanceInfo Info { get; }

    public DataConverter Converter { get; }

    public ExternalEvents Events { get; }

    public EngineOrchestrationContext Context { get; }

    public DateTime CurrentUtcDateTime { get; private set; }

    public bool IsReplaying { get; private set; }

    public Dictionary<int, IOpenTask> OpenTasks => _openTasks;

    /// <summary>Activities without an answer.</summary>
    public int OpenActivities { get; private set; }

    /// <summary>Timers that have not rung.</summary>
    public int OpenTimers { get; private set; }

    /// <summary>The serialized custom status as the last turn left it.</summary>
    public string? CustomStatus { get; private set; }

    public bool HasStarted => _main is not null;

    /// <summary>Feeds new events and returns what came of them.</summary>
    public TurnOutcome Process(IReadOnlyList<HistoryEvent> events, bool isReplaying = false)
    {
        _actions = [];
        IsReplaying = isReplaying;
        var previous = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(_synchronization);
        _synchronization.Enter();
        try
        {
            foreach (var item in events)
            {
                if (item.Kind == HistoryEventKind.TurnStarted)
                {
                    CurrentUtcDateTime = item.Timestamp;
                    continue;
                }

                Apply(item);
                _synchronization.Drain();
            }

            return Conclude();
        }
        finally
        {
            _synchronization.Leave();
            SynchronizationContext.SetSynchronizationContext(previous);
        }
    }

    /// <summary>
    /// Feeds a stored turn again. Returns null when the code asked for exactly what it asked for then, otherwise the failure that names
    /// the step that differs.
    /// </summary>
    public TaskFailureDetails? Replay(Turn turn)
    {
        var outcome = Process(turn.Events, isReplaying: true);
        var difference = FindDifference(turn.Actions, outcome.Actions);
        if (difference is null && (outcome.IsFinished || outcome.State == ExecutionState.ContinuedAsNew))
        {
            difference = "the recorded execution went on at this point, but the current code comes to its end"
                + (outcome.Failure is null ? "" : $" ({outcome.Failure.ErrorMessage})");
        }

        return difference is null
            ? null
            : new TaskFailureDetails(
                "DurableTask.Core.Exceptions.NonDeterministicOrchestrationException",
                $"Non-deterministic orchestrator '{Info.Name}': {difference}. Was the orchestrator's code changed while this instance was under way?",
                null,
                null,
                null);
    }

    /// <summary>Gives back what the code holds, when its coroutine is dropped; off this thread, since it is the code's own.</summary>
    public void Release()
    {
        if (Context.Lent is { } lent)
        {
            Context.Lent = null;
            _ = Task.Run(() => ReleaseAsync(lent));
        }
    }

    internal int NextTaskId() => _nextTaskId++;

    internal void EnsureOrchestratorThread()
    {
        if (!_synchronization.IsOnOrchestratorThread)
        {
            _synchronization.Post(static _ => { }, null);
            throw new InvalidOperationException(InvalidAsyncMessage);
        }
    }

    internal void Ask(OrchestrationAction action) => _actions.Add(action);

    internal void Open(int taskId, IOpenTask task)
    {
        _openTasks.Add(taskId, task);
        Count(task, 1);
    }

    internal bool TryClose(int taskId, [NotNullWhen(true)] out IOpenTask? task)
    {
        if (!_openTasks.Remove(taskId, out task))
        {
            return false;
        }

        Count(task, -1);
        return true;
    }

    internal bool IsFinalFailure(Exception failure) =>
        failure is TaskFailedException failed && _finalFailures?.Contains(failed.TaskId) == true;

    internal void SetCustomStatus(object? value) => _customStatus = (true, value);

    internal void ContinueAsNew(string? input, string? version, bool keepEvents) => _continueAsNew = (input, version, keepEvents);

    private static string? FindDifference(IReadOnlyList<OrchestrationAction> recorded, IReadOnlyList<OrchestrationAction> replayed)
    {
        for (var i = 0; i < Math.Max(recorded.Count, replayed.Count); i++)
        {
            var before = i < recorded.Count ? recorded[i] : null;
            var now = i < replayed.Count ? replayed[i] : null;
            if (before is null)
            {
                return string.Create(CultureInfo.InvariantCulture, $"the current code asks for {now} at step {now!.TaskId}, where the recorded execution asked for nothing");
            }

            if (now is null)
            {
                return string.Create(CultureInfo.InvariantCulture, $"the recorded execution asked for {before} at step {before.TaskId}, which the current code does not");
            }

            if (!before.IsSameStepAs(now))
            {
                return string.Create(CultureInfo.InvariantCulture, $"step {before.TaskId} was recorded as {before}, but the current code asks for {now}");
            }
        }

        return null;
    }

    private async Task ReleaseAsync(IAsyncDisposable lent)
    {
        try
        {
            await lent.DisposeAsync();
        }
        catch (Exception failed)
        {
            DurableLog.NotReleased(_loggers.CreateLogger<OrchestrationExecution>(), failed, Info.Id);
        }
    }

    private void Apply(HistoryEvent item)
    {
        if (item.Kind == HistoryEventKind.TimerFired && _openTasks.TryGetValue(item.TaskId, out var due) && due is OpenTimer timer)
        {
            timer.HasFired = true;
        }

        if (_isSuspended && item.Kind is not (HistoryEventKind.Resumed or HistoryEventKind.Terminated or HistoryEventKind.Aborted))
        {
            if (item.Kind != HistoryEventKind.Suspended)
            {
                _whileSuspended.Enqueue(item);
            }

            return;
        }

        switch (item.Kind)
        {
            case HistoryEventKind.TurnStarted:
                break;
            case HistoryEventKind.Started:
                _main = Start();
                break;
            case HistoryEventKind.TaskCompleted or HistoryEventKind.TimerFired:
                if (TryClose(item.TaskId, out var answered))
                {
                    answered.Complete(item.Payload);
                }

                break;
            case HistoryEventKind.TaskFailed:
                if (TryClose(item.TaskId, out var failed))
                {
                    if (item.Flag)
                    {
                        (_finalFailures ??= []).Add(item.TaskId);
                    }

                    failed.Fail(item.Failure!);
                }

                break;
            case HistoryEventKind.EventRaised:
                if (_continueAsNew is null)
                {
                    Events.Raise(item.Name!, item.Payload);
                }
                else
                {
                    _forNextGeneration.Add(item);
                }

                break;
            case HistoryEventKind.Suspended:
                _isSuspended = true;
                break;
            case HistoryEventKind.Resumed:
                Resume();
                break;
            case HistoryEventKind.Terminated or HistoryEventKind.Aborted:
                _end ??= item;
                break;
        }
    }

    private void Count(IOpenTask task, int change)
    {
        OpenActivities += task.Kind == OpenTaskKind.Activity ? change : 0;
        OpenTimers += task.Kind == OpenTaskKind.Timer ? change : 0;
    }

    private void Resume()
    {
        _isSuspended = false;
        while (!_isSuspended && _whileSuspended.TryDequeue(out var item))
        {
            Apply(item);
            _synchronization.Drain();
        }
    }

    private Task<object?> Start()
    {
        try
        {
            return _code.RunOrchestratorAsync(Info.Name, Context);
        }
        catch (Exception thrown)
        {
            return Task.FromException<object?>(thrown);
        }
    }

    private TurnOutcome Conclude()
    {
        SerializeCustomStatus();
        if (_end is not null)
        {
            return _end.Kind == HistoryEventKind.Terminated
                ? new TurnOutcome { State = ExecutionState.Terminated, Actions = Turn.NoActions, Output = _end.Payload, IsRecursive = _end.Flag }
                : Failed(_end.Failure!);
        }

        if (_synchronization.SawForeignContinuation)
        {
            return Failed(InvalidAsync());
        }

        if (_main is { IsCompleted: true } && _openTasks.Count == 0)
        {
            return Finish(_main);
        }

        if (_main is { IsCompleted: false } && _openTasks.Count == 0 && !_isSuspended && !Events.HasWaiters)
        {
            return Failed(InvalidAsync());
        }

        return new TurnOutcome { State = _isSuspended ? ExecutionState.Suspended : ExecutionState.Running, Actions = _actions };
    }

    private TurnOutcome Finish(Task<object?> main)
    {
        if (!main.IsCompletedSuccessfully)
        {
            return Failed(DescribeFailure(main.Exception?.InnerException ?? new TaskCanceledException(main)));
        }

        if (_continueAsNew is { } next)
        {
            IEnumerable<HistoryEvent> carried = next.KeepEvents
                ? Events.TakeBuffered().Select(static item => HistoryEvent.EventRaised(item.Name, item.Payload))
                : [];
            return new TurnOutcome
            {
                State = ExecutionState.ContinuedAsNew,
                Actions = _actions,
                Output = next.Input,
                NewVersion = next.Version,
                CarriedEvents = [.. carried, .. _forNextGeneration],
            };
        }

        try
        {
#pragma warning disable VSTHRD002 // The task is completed: this reads its result.
            return new TurnOutcome { State = ExecutionState.Completed, Actions = _actions, Output = Converter.Serialize(main.Result) };
#pragma warning restore VSTHRD002
        }
        catch (Exception unwritable)
        {
            return Failed(DescribeFailure(unwritable));
        }
    }

    private TurnOutcome Failed(TaskFailureDetails failure) =>
        new() { State = ExecutionState.Failed, Actions = _actions, Output = failure.ErrorMessage, Failure = failure };

    private void SerializeCustomStatus()
    {
        if (!_customStatus.IsSet)
        {
            return;
        }

        try
        {
            CustomStatus = Converter.Serialize(_customStatus.Value);
        }
        catch (Exception unwritable)
        {
            _end ??= HistoryEvent.Aborted(DescribeFailure(unwritable));
        }
    }

    private static TaskFailureDetails InvalidAsync() => new(typeof(InvalidOperationException).FullName!, InvalidAsyncMessage, null, null, null);

    private static TaskFailureDetails DescribeFailure(Exception failure) => FailureDescription.Of(failure);
}
