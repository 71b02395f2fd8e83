// One thing: how one turn comes about, from the mailbox to the commit that records it.
using Aurora.LocalRuntime.Durable.History;
using Aurora.LocalRuntime.Durable.Orchestrations;
using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Aurora.LocalRuntime.Durable.Engine;

/// <summary>
/// Runs one turn of one instance: restores it if need be, shows its coroutine what came in, and puts together the one commit that records
/// all of it. Changes nothing anybody else can see.
/// </summary>
internal sealed partial class TurnRunner(
    ITaskCode code, DurableEngineOptions options, TimeProvider time, ILoggerFactory loggers, NumberSource numbers, Action<string, long> onForeignContinuation)
{
    /// <summary>Generations run in one go before a commit comes in between.</summary>
    private const int MaxGenerationsPerTurn = 10;

    /// <summary>A timer due this soon gets no row of its own: after a crash its instance is looked at anyway.</summary>
    private static readonly TimeSpan NearTimer = TimeSpan.FromSeconds(5);

    public PendingCommit Run(ResidentInstance instance, List<InstanceMessage> batch)
    {
        var turn = new TurnInWork(instance);
        var difference = Restore(turn);
        turn.Now = TimeFor(instance);
        if (difference is not null)
        {
            turn.PutBack = batch;
            return EndBroken(turn, difference);
        }

        ReadMailbox(turn, batch);
        if (turn.Unexecuted is not null)
        {
            HoldBack(turn);
        }
        else if (turn.Execution is not null)
        {
            Execute(turn);
        }

        return Conclude(turn);
    }

    /// <summary>The commit that ends an instance whose turn could not be written or run.</summary>
    public PendingCommit Break(ResidentInstance instance, TaskFailureDetails failure)
    {
        return EndBroken(new TurnInWork(instance) { Now = TimeFor(instance), Execution = instance.Execution }, failure);
    }

    private static DateTime? NextTimer(OrchestrationExecution execution)
    {
        DateTime? next = null;
        if (execution.OpenTimers == 0)
        {
            return next;
        }

        foreach (var task in execution.OpenTasks.Values)
        {
            if (task is OpenTimer { HasFired: false } timer && (next is null || timer.FireAt < next))
            {
                next = timer.FireAt;
            }
        }

        return next;
    }

    /// <summary>Never before the turn before; whole microseconds, as stores keep them.</summary>
    private DateTime TimeFor(ResidentInstance instance)
    {
        var now = time.GetUtcNow().UtcDateTime;
        now = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
        return now > instance.LastTurnAt ? now : instance.LastTurnAt;
    }

    private OrchestrationExecution NewExecution(InstanceInfo info) =>
        new(info, code, options.DataConverter, loggers, () => onForeignContinuation(info.Id, info.Execution));

    /// <summary>Rebuilds the coroutine from what was read. Returns the failure when the code no longer does what was recorded.</summary>
    private TaskFailureDetails? Restore(TurnInWork turn)
    {
        var instance = turn.Instance;
        var stored = instance.ToRestore;
        turn.Execution = instance.Execution;
        turn.Unexecuted = instance.Unexecuted;
        if (stored is null)
        {
            return null;
        }

        instance.ToRestore = null;
        instance.Record = stored.Record;
        if (stored.Record.IsFinished)
        {
            return null;
        }

        instance.TurnNumber = stored.Turns.Count;
        if (!stored.Turns[0].IsExecuted)
        {
            instance.Unexecuted = turn.Unexecuted = [.. stored.Turns.SelectMany(static earlier => earlier.Events)];
            instance.Due = stored.Record.Info.StartAt;
            instance.IsDueStored = true;
            return null;
        }

        var execution = turn.Execution = NewExecution(stored.Record.Info);
        foreach (var earlier in stored.Turns)
        {
            if (execution.Replay(earlier) is { } difference)
            {
                return difference;
            }
        }

        instance.LastTurnAt = execution.CurrentUtcDateTime;
        if (!instance.IsKnown)
        {
            instance.Due = NextTimer(execution);
            instance.IsDueStored = true;
            turn.Resumed = [.. stored.Turns.SelectMany(static earlier => earlier.Actions).Where(action => execution.OpenTasks.ContainsKey(action.TaskId))];
        }

        return null;
    }

    private void ReadMailbox(TurnInWork turn, List<InstanceMessage> batch)
    {
        for (var i = 0; i < batch.Count; i++)
        {
            var message = batch[i];
            var goesOn = message.Start is { } start ? TakeStart(turn, message, start) : TakeEvent(turn, message);
            if (!goesOn)
            {
                turn.PutBack = batch[i..];
                return;
            }
        }
    }

    /// <summary>Returns false when the present execution must come to its end in a commit of its own first.</summary>
    private bool TakeStart(TurnInWork turn, InstanceMessage message, StartRequest start)
    {
        var record = turn.Instance.Record;
        if (turn.IsLive)
        {
            var status = turn.Unexecuted is not null ? OrchestrationRuntimeStatus.Pending : record?.Status ?? OrchestrationRuntimeStatus.Running;
            if (start.IsForbiddenBy(status))
            {
                Reject(turn, message, start, status);
                return true;
            }

            message.HasTerminated = true;
            turn.Events.Add(HistoryEvent.Terminated(null, recursive: false));
            return false;
        }

        if (record is not null && !message.HasTerminated && start.IsForbiddenBy(record.Status))
        {
            Reject(turn, message, start, record.Status);
            return true;
        }

        var info = new InstanceInfo
        {
            Id = turn.Instance.Id,
            Execution = numbers.Next(),
            Name = start.Name,
            Version = start.Version,
            Input = start.Input,
            Tags = start.Tags,
            Parent = start.Parent,
            CreatedAt = turn.Now,
            StartAt = start.StartAt > turn.Now ? start.StartAt : null,
        };
        turn.Begin(info, record);
        turn.Events.Add(HistoryEvent.Started(start.Input));
        turn.Taken.Add(message);
        if (info.StartAt is null)
        {
            turn.Execution = NewExecution(info);
        }
        else
        {
            turn.Unexecuted = [];
        }

        return true;
    }

    private static bool TakeEvent(TurnInWork turn, InstanceMessage message)
    {
        turn.Taken.Add(message);
        if (message.Event is not null && turn.IsLive && (message.Execution == 0 || message.Execution == turn.CurrentExecution))
        {
            turn.Events.Add(message.Event);
        }

        return true;
    }

    private void Reject(TurnInWork turn, InstanceMessage message, StartRequest start, OrchestrationRuntimeStatus status)
    {
        var text = $"An orchestration with the id '{message.Target}' already exists; it is {status}.";
        turn.Taken.Add(message);
        message.Acknowledgement?.TrySetException(new OrchestrationAlreadyExistsException(text));
        if (start.Parent is { } parent)
        {
            var failure = new TaskFailureDetails(typeof(OrchestrationAlreadyExistsException).FullName!, text, null, null, null);
            turn.Outgoing.Add(new InstanceMessage
            {
                Target = parent.InstanceId,
                Execution = parent.Execution,
                InboxId = numbers.Next(),
                Event = HistoryEvent.TaskFailed(parent.TaskId, failure, isFinal: false),
            });
        }
    }

    /// <summary>A delayed start: events are stored, but not shown, until it is due.</summary>
    private void HoldBack(TurnInWork turn)
    {
        var info = turn.Info!;
        var terminated = turn.Events.Find(static item => item.Kind == HistoryEventKind.Terminated);
        if (terminated is not null)
        {
            turn.IsHeldBack = false;
            turn.Execution = NewExecution(info);
            turn.Unexecuted = null;
            turn.Outcome = new TurnOutcome { State = ExecutionState.Terminated, Actions = Turn.NoActions, Output = terminated.Payload, IsRecursive = terminated.Flag };
            return;
        }

        if (info.StartAt > turn.Now)
        {
            turn.IsHeldBack = turn.Events.Count > 0;
            return;
        }

        turn.Events.InsertRange(0, turn.Unexecuted!);
        turn.Unexecuted = null;
        turn.Begin(info, turn.Instance.Record);
        turn.Execution = NewExecution(info);
        Execute(turn);
    }

    private void Execute(TurnInWork turn)
    {
        var execution = turn.Execution!;
        if (execution.OpenTimers > 0)
        {
            foreach (var timer in execution.OpenTasks.Where(open => open.Value is OpenTimer { HasFired: false } timer && timer.FireAt <= turn.Now)
                .OrderBy(static open => ((OpenTimer)open.Value).FireAt).ThenBy(static open => open.Key).ToArray())
            {
                turn.Events.Insert(turn.TimersFired++, HistoryEvent.TimerFired(timer.Key));
            }
        }

        if (turn.Events.Count == 0)
        {
            return;
        }

        turn.Events.Insert(0, HistoryEvent.TurnStarted(turn.Now));
        turn.Outcome = execution.Process(turn.Events);
        for (var generation = 1; turn.Outcome.State == ExecutionState.ContinuedAsNew; generation++)
        {
            ContinueAsNew(turn, generation);
        }
    }

    private void ContinueAsNew(TurnInWork turn, int generation)
    {
        var ended = turn.Outcome!;
        var before = turn.Execution!.Info;
        AddSends(turn, ended.Actions);
        var info = before with
        {
            Execution = numbers.Next(),
            Input = ended.Output,
            Version = ended.NewVersion ?? before.Version,
            StartAt = null,
        };
        turn.Begin(info, turn.Instance.Record);
        turn.Events.Clear();
        turn.Events.Add(HistoryEvent.Started(info.Input));
        turn.Events.AddRange(ended.CarriedEvents);
        turn.Outcome = null;
        if (generation >= MaxGenerationsPerTurn)
        {
            turn.Execution = null;
            turn.Unexecuted = [];
            turn.IsHeldBack = true;
            turn.Outcome = new TurnOutcome { State = ExecutionState.Running, Actions = Turn.NoActions };
            return;
        }

        turn.Execution = NewExecution(info);
        turn.Events.Insert(0, HistoryEvent.TurnStarted(turn.Now));
        turn.Outcome = turn.Execution.Process(turn.Events);
    }

    private PendingCommit EndBroken(TurnInWork turn, TaskFailureDetails failure)
    {
        turn.Events.Clear();
        turn.Events.Add(HistoryEvent.TurnStarted(turn.Now));
        turn.Events.Add(HistoryEvent.Aborted(failure));
        turn.Unexecuted = null;
        turn.Outcome = new TurnOutcome { State = ExecutionState.Failed, Actions = Turn.NoActions, Output = failure.ErrorMessage, Failure = failure };
        return Conclude(turn);
    }
}
