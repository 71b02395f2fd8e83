// One thing: what a turn decided becomes the one change that is committed; all kinds of effect share its order.
using Aurora.LocalRuntime.Durable.History;
using Aurora.LocalRuntime.Durable.Orchestrations;
using Aurora.LocalRuntime.Durable.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Aurora.LocalRuntime.Durable.Engine;

/// <summary>From what a turn gathered to what is written and what follows.</summary>
internal sealed partial class TurnRunner
{
    private PendingCommit Conclude(TurnInWork turn)
    {
        var instance = turn.Instance;
        if (turn.PutBack is not null)
        {
            instance.PutBack(turn.PutBack);
        }

        var outcome = turn.Outcome;
        AddResumed(turn);
        if (outcome is not null)
        {
            AddEffects(turn, outcome);
        }

        var commit = new InstanceCommit { InstanceId = instance.Id, Execution = turn.CurrentExecution };
        var pending = new PendingCommit(instance, commit)
        {
            RecordAfter = instance.Record,
            ExecutionAfter = turn.Execution,
            UnexecutedAfter = turn.IsHeldBack ? [.. turn.Unexecuted!, .. turn.Events] : turn.Unexecuted,
        };
        if (outcome is not null || turn.IsHeldBack)
        {
            AddTurn(turn, outcome, pending);
        }
        else
        {
            pending.Due = instance.Due;
            pending.IsDueStored = instance.IsDueStored;
            pending.HasChangedDue = instance.Due is not null;
        }

        foreach (var message in turn.Taken)
        {
            pending.Taken.Add(message);
            if (message.InboxId != 0)
            {
                commit.Received.Add(message.InboxId);
            }
        }

        foreach (var message in turn.Outgoing)
        {
            pending.Outgoing.Add(message.InboxId == 0 ? message : Write(message, commit));
        }

        pending.Activities.AddRange(turn.Activities);
        return pending;
    }

    private static InstanceMessage Write(InstanceMessage message, InstanceCommit commit)
    {
        commit.Sends.Add(new InboxRow(message.InboxId, message.Target, MessageCodec.Encode(message)));
        return message;
    }

    private static OrchestrationRuntimeStatus StatusOf(ExecutionState state) => state switch
    {
        ExecutionState.Running => OrchestrationRuntimeStatus.Running,
        ExecutionState.Suspended => OrchestrationRuntimeStatus.Suspended,
        ExecutionState.Completed => OrchestrationRuntimeStatus.Completed,
        ExecutionState.Failed => OrchestrationRuntimeStatus.Failed,
        ExecutionState.Terminated => OrchestrationRuntimeStatus.Terminated,
        ExecutionState.ContinuedAsNew => throw new InvalidOperationException("A generation that ended is no state to be stored."),
    };

    private static void AddTurn(TurnInWork turn, TurnOutcome? outcome, PendingCommit pending)
    {
        var instance = turn.Instance;
        var commit = pending.Commit;
        var before = instance.Record;
        var status = turn.IsHeldBack && turn.Unexecuted is not null ? OrchestrationRuntimeStatus.Pending : StatusOf(outcome!.State);
        var customStatus = turn.Execution?.CustomStatus ?? (turn.HasBegun ? null : before?.CustomStatus);
        var recordAfter = new InstanceRecord
        {
            Info = turn.Info!,
            Status = status,
            Output = outcome is { IsFinished: true } ? outcome.Output : null,
            CustomStatus = customStatus,
            Failure = outcome?.Failure,
            UpdatedAt = turn.Now,
        };

        commit.Kind = turn.HasBegun ? turn.IsNew ? CommitKind.Create : CommitKind.Replace : CommitKind.Advance;
        commit.ReplacedExecution = turn.ReplacedExecution;
        pending.ReplacedExecution = turn.ReplacedExecution;
        var changesRow = turn.HasBegun || before is null || before.Status != status || before.CustomStatus != customStatus || recordAfter.IsFinished;
        commit.Row = changesRow ? recordAfter : null;
        pending.RecordAfter = changesRow ? recordAfter : before;
        commit.TurnNumber = turn.HasBegun ? 0 : instance.TurnNumber;
        commit.Turn = HistoryCodec.Encode(new Turn(turn.Events, outcome?.Actions ?? Turn.NoActions, !turn.IsHeldBack));

        AddTimer(turn, recordAfter, pending);
        commit.HasWork |= !recordAfter.IsFinished && HasOwnWork(turn);
        if (recordAfter.IsFinished)
        {
            turn.Execution?.Release();
            pending.ExecutionAfter = null;
        }
    }

    private static bool HasOwnWork(TurnInWork turn) =>
        turn.Execution is null
            ? turn.Info!.StartAt is null
            : turn.Execution.OpenActivities > 0
                || turn.Outgoing.Any(message => message.InboxId == 0 && message.Target == turn.Instance.Id);

    private static void AddTimer(TurnInWork turn, InstanceRecord after, PendingCommit pending)
    {
        var commit = pending.Commit;
        var (due, isStored) = turn.HasBegun ? (null, false) : (turn.Instance.Due, turn.Instance.IsDueStored);
        DateTime? next = after.IsFinished ? null
            : turn.Execution is not null ? NextTimer(turn.Execution)
            : after.Info.StartAt ?? turn.Now;

        pending.Due = next;
        pending.HasChangedDue = next != due;
        if (next is { } time && time - turn.Now > NearTimer)
        {
            pending.IsDueStored = true;
            if (!isStored || due != next)
            {
                commit.TimerChange = TimerChange.Set;
                commit.TimerDue = time;
            }
        }
        else
        {
            commit.HasWork = next is not null;
            commit.TimerChange = isStored && due is not null ? TimerChange.Clear : TimerChange.Keep;
        }
    }

    private void AddEffects(TurnInWork turn, TurnOutcome outcome)
    {
        if (outcome.IsFinished)
        {
            AddEnd(turn, outcome);
        }
        else
        {
            foreach (var action in outcome.Actions)
            {
                AddTask(turn, action);
            }
        }

        AddSends(turn, outcome.Actions);
    }

    private void AddSends(TurnInWork turn, IReadOnlyList<OrchestrationAction> actions)
    {
        foreach (var action in actions)
        {
            if (action.Kind == OrchestrationActionKind.SendEvent)
            {
                turn.Outgoing.Add(new InstanceMessage
                {
                    Target = action.InstanceId!,
                    InboxId = numbers.Next(),
                    Event = HistoryEvent.EventRaised(action.Name, action.Input),
                });
            }
        }
    }

    private void AddTask(TurnInWork turn, OrchestrationAction action)
    {
        switch (action.Kind)
        {
            case OrchestrationActionKind.CallActivity:
                if (code.HasActivity(action.Name))
                {
                    turn.Activities.Add(action);
                }
                else
                {
                    AnswerUnknown(turn, action, "ActivityTaskNotFound", $"No activity named '{action.Name}' is registered.");
                }

                break;
            case OrchestrationActionKind.CallSubOrchestration:
                if (code.HasOrchestrator(action.Name))
                {
                    turn.Outgoing.Add(StartOfChild(turn.Info!, action));
                }
                else
                {
                    AnswerUnknown(turn, action, "OrchestratorTaskNotFound", $"No orchestrator named '{action.Name}' is registered.");
                }

                break;
            case OrchestrationActionKind.CreateTimer or OrchestrationActionKind.SendEvent:
                break;
        }
    }

    private InstanceMessage StartOfChild(InstanceInfo parent, OrchestrationAction action) => new()
    {
        Target = action.InstanceId!,
        InboxId = numbers.Next(),
        Start = new StartRequest
        {
            Name = action.Name,
            Version = action.Version ?? "",
            Input = action.Input,
            Tags = action.Tags,
            Parent = new ParentLink(parent.Id, parent.Name, parent.Execution, action.TaskId),
        },
    };

    private static void AnswerUnknown(TurnInWork turn, OrchestrationAction action, string type, string text) => turn.Outgoing.Add(new InstanceMessage
    {
        Target = turn.Instance.Id,
        Execution = turn.CurrentExecution,
        Event = HistoryEvent.TaskFailed(action.TaskId, new TaskFailureDetails(type, text, null, null, null), isFinal: true),
    });

    /// <summary>After a restart: activities without an answer run again; children were started by the commit that asked for them.</summary>
    private void AddResumed(TurnInWork turn)
    {
        if (turn.Outcome is { IsFinished: true } || turn.Execution is null)
        {
            return;
        }

        foreach (var action in turn.Resumed)
        {
            var isUnanswered = turn.Execution.OpenTasks.ContainsKey(action.TaskId);
            var isLocal = action.Kind == OrchestrationActionKind.CallActivity
                || (action.Kind == OrchestrationActionKind.CallSubOrchestration && !code.HasOrchestrator(action.Name));
            if (isUnanswered && isLocal)
            {
                AddTask(turn, action);
            }
        }
    }

    private void AddEnd(TurnInWork turn, TurnOutcome outcome)
    {
        if (outcome.IsRecursive && turn.Execution is not null)
        {
            foreach (var child in turn.Execution.OpenTasks.Values.Where(static task => task.ChildInstanceId is not null))
            {
                turn.Outgoing.Add(new InstanceMessage
                {
                    Target = child.ChildInstanceId!,
                    InboxId = numbers.Next(),
                    Event = HistoryEvent.Terminated(outcome.Output, recursive: true),
                });
            }
        }

        if (turn.Info?.Parent is not { } parent)
        {
            return;
        }

        turn.Outgoing.Add(new InstanceMessage
        {
            Target = parent.InstanceId,
            Execution = parent.Execution,
            InboxId = numbers.Next(),
            Event = outcome.State == ExecutionState.Completed
                ? HistoryEvent.TaskCompleted(parent.TaskId, outcome.Output)
                : HistoryEvent.TaskFailed(parent.TaskId, outcome.Failure ?? Ended(outcome), isFinal: false),
        });
    }

    private static TaskFailureDetails Ended(TurnOutcome outcome) =>
        new("OrchestrationTerminated", $"The sub-orchestration was terminated{(outcome.Output is null ? "." : $": {outcome.Output}")}", null, null, null);
}
