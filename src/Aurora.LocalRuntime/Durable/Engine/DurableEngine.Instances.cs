// One thing: how instances come into memory, take turns there and leave it.
using Aurora.LocalRuntime.Durable.Activities;
using Aurora.LocalRuntime.Durable.Engine;
using Aurora.LocalRuntime.Durable.History;
using Aurora.LocalRuntime.Durable.Orchestrations;
using Aurora.LocalRuntime.Durable.Storage;
using Microsoft.DurableTask;

namespace Aurora.LocalRuntime.Durable;

/// <summary>Mailboxes, turns and what follows a commit.</summary>
internal sealed partial class DurableEngine
{
    /// <summary>A client's message: returns when the turn that took it in is durable.</summary>
    internal async Task SendAsync(string target, HistoryEvent item, CancellationToken cancellation)
    {
        EnsureRunning();
        var acknowledgement = NewAcknowledgement();
        Deliver(new InstanceMessage { Target = target, Event = item, Acknowledgement = acknowledgement });
        await acknowledgement.Task.WaitAsync(cancellation);
    }

    /// <summary>A client's start: waits for room, then returns when instance and first turn are durable.</summary>
    internal async Task StartInstanceAsync(string target, StartRequest start, bool isKnownToBeNew, CancellationToken cancellation)
    {
        EnsureRunning();
        await _gate.EnterAsync(cancellation);
        var acknowledgement = NewAcknowledgement();
        Deliver(new InstanceMessage { Target = target, Start = start, Acknowledgement = acknowledgement }, hasRoom: true, isKnownToBeNew);
        await acknowledgement.Task.WaitAsync(cancellation);
    }

    /// <summary>
    /// The row of an instance that is under way in memory. A finished one is the store's to tell of: it may be purged while it leaves memory.
    /// </summary>
    internal InstanceRecord? FindInMemory(string id) =>
        _residents.TryGetValue(id, out var instance) && instance.Record is { IsFinished: false } record
            ? record with { UpdatedAt = instance.LastTurnAt > record.UpdatedAt ? instance.LastTurnAt : record.UpdatedAt }
            : null;

    /// <summary>One turn, on a thread of the pool.</summary>
    internal void RunTurn(ResidentInstance instance)
    {
        PendingCommit? pending = null;
        List<InstanceMessage>? batch = null;
        try
        {
            batch = instance.BeginTurn();
            pending = _runner.Run(instance, batch);
        }
        catch (Exception bug)
        {
            DurableLog.TurnFailed(_logger, bug, instance.Id);
            Abort(instance, batch, bug);
        }

        _turns.Done();
        if (pending is not null)
        {
            Submit(pending);
        }
    }

    void Committer.IFollowUp.OnCommitted(PendingCommit pending)
    {
        var instance = pending.Instance;
        Absorb(instance, pending);
        foreach (var taken in pending.Taken)
        {
            taken.Acknowledgement?.TrySetResult();
        }

        if (pending.Commit.Row is not null)
        {
            Waiters.Tell(pending.Commit.Row);
        }

        foreach (var activity in pending.Activities)
        {
            _activities.Enqueue(new ActivityWork(this, instance.Id, pending.Commit.Execution, activity));
        }

        foreach (var message in pending.Outgoing)
        {
            HandOver(message);
        }

        Settle(instance);
    }

    void Committer.IFollowUp.OnCommitFailed(PendingCommit pending, Exception reason)
    {
        DurableLog.TurnNotWritten(_logger, reason, pending.Instance.Id);
        pending.ExecutionAfter?.Release();
        foreach (var taken in pending.Taken)
        {
            taken.Acknowledgement?.TrySetException(new InvalidOperationException($"The change of instance '{taken.Target}' could not be stored: {reason.Message}", reason));
        }

        if (pending.IsRepair || pending.Instance.Record is null or { IsFinished: true })
        {
            Forget(pending.Instance);
            return;
        }

        var repair = _runner.Break(pending.Instance, FailureDescription.Of(reason));
        repair.IsRepair = true;
        repair.Commit.Received.AddRange(pending.Commit.Received);
        Submit(repair);
    }

    void Committer.IFollowUp.OnAbandoned(PendingCommit pending)
    {
        var reason = Ended();
        pending.ExecutionAfter?.Release();
        foreach (var taken in pending.Taken)
        {
            taken.Acknowledgement?.TrySetException(reason);
        }
    }

    private static TaskCompletionSource NewAcknowledgement() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Submit(PendingCommit pending)
    {
        if (pending.Commit.IsEmpty)
        {
            ((Committer.IFollowUp)this).OnCommitted(pending);
        }
        else
        {
            _committer!.Add(pending);
        }
    }

    private void Abort(ResidentInstance instance, List<InstanceMessage>? batch, Exception bug)
    {
        foreach (var message in batch ?? [])
        {
            message.Acknowledgement?.TrySetException(new InvalidOperationException($"Instance '{instance.Id}' could not take its turn: {bug.Message}", bug));
        }

        if (instance.Record is null or { IsFinished: true })
        {
            Forget(instance);
            return;
        }

        Submit(_runner.Break(instance, FailureDescription.Of(bug)));
    }

    private void Deliver(InstanceMessage message, bool hasRoom = false, bool isKnownToBeNew = false)
    {
        while (true)
        {
            if (_hasEnded)
            {
                message.Acknowledgement?.TrySetException(Ended());
                return;
            }

            if (!_residents.TryGetValue(message.Target, out var instance))
            {
                instance = new ResidentInstance(message.Target, this);
                instance.TryPost(message, out _, out _);
                if (!_residents.TryAdd(message.Target, instance))
                {
                    continue;
                }

                if (!hasRoom)
                {
                    _gate.EnterAnyway();
                }

                if (isKnownToBeNew)
                {
                    instance.Loaded(null);
                    _turns.Enqueue(instance);
                }
                else
                {
                    _ = LoadAsync(instance);
                }

                if (_hasEnded)
                {
                    // The end came in between and did not see this one.
                    AbandonAll(Ended());
                }

                return;
            }

            if (!instance.TryPost(message, out var wakes, out var mustLoad))
            {
                continue;
            }

            if (wakes && !instance.KeepsPlace)
            {
                Interlocked.Decrement(ref _idleCount);
                if (!hasRoom)
                {
                    _gate.EnterAnyway();
                }
            }
            else if (hasRoom)
            {
                _gate.Leave();
            }

            if (wakes)
            {
                GoOn(instance, mustLoad);
            }

            return;
        }
    }

    private void GoOn(ResidentInstance instance, bool mustLoad)
    {
        if (mustLoad)
        {
            _ = LoadAsync(instance);
        }
        else
        {
            _turns.Enqueue(instance);
        }
    }

    private async Task LoadAsync(ResidentInstance instance)
    {
        try
        {
            instance.Loaded(await _loader.LoadAsync(instance.Id));
            _turns.Enqueue(instance);
        }
        catch (Exception failed)
        {
            if (failed is not OperationCanceledException)
            {
                DurableLog.InstanceNotRead(_logger, failed, instance.Id);
            }

            Forget(instance, failed);
        }
    }

    private void Wake(string instanceId, long execution) => Deliver(new InstanceMessage { Target = instanceId, Execution = execution });

    private void OnForeignContinuation(string instanceId, long execution) => Deliver(new InstanceMessage
    {
        Target = instanceId,
        Execution = execution,
        Event = HistoryEvent.Aborted(new TaskFailureDetails(typeof(InvalidOperationException).FullName!, OrchestrationExecution.InvalidAsyncMessage, null, null, null)),
    });

    /// <summary>Makes what the commit wrote the instance's state.</summary>
    private void Absorb(ResidentInstance instance, PendingCommit pending)
    {
        var commit = pending.Commit;
        instance.IsKnown = true;
        instance.Execution = pending.ExecutionAfter;
        instance.Unexecuted = pending.UnexecutedAfter;
        instance.Record = pending.RecordAfter;
        if (commit.Kind != CommitKind.None)
        {
            instance.TurnNumber = commit.TurnNumber + 1;
            instance.OpenActivities = pending.ExecutionAfter?.OpenActivities ?? 0;
        }

        if (pending.ExecutionAfter is { } execution)
        {
            instance.LastTurnAt = execution.CurrentUtcDateTime;
        }

        if (commit.Kind == CommitKind.Replace && pending.ReplacedExecution != commit.Execution)
        {
            _timers.Disarm(pending.ReplacedExecution);
        }

        if (pending.HasChangedDue)
        {
            if (pending.Due is { } due)
            {
                _timers.Arm(instance.Id, commit.Execution, due, pending.IsDueStored);
            }
            else
            {
                _timers.Disarm(commit.Execution);
            }
        }

        instance.Due = pending.Due;
        instance.IsDueStored = pending.IsDueStored;
    }

    private void HandOver(InstanceMessage message)
    {
        if (message.Start is null || message.InboxId == 0)
        {
            Deliver(message);
        }
        else if (_gate.TryEnter())
        {
            Deliver(message, hasRoom: true, isKnownToBeNew: false);
        }
        else
        {
            _cold.Enqueue(message.InboxId);
            SignalRoom();
        }
    }

    /// <summary>After a turn: on with the next, to rest, or out of memory.</summary>
    private void Settle(ResidentInstance instance)
    {
        var isOver = instance.Record is null or { IsFinished: true };
        var leaves = isOver || (_options.EvictAfterEveryStep && instance.OpenActivities == 0);
        if (_options.EvictAfterEveryStep)
        {
            instance.Execution?.Release();
            instance.Execution = null;
        }

        var keepsPlace = instance.KeepsPlace = !isOver && instance.OpenActivities > 0;
        switch (instance.EndTurn(leaves ? InstancePhase.Gone : InstancePhase.Idle))
        {
            case InstancePhase.Queued:
                GoOn(instance, mustLoad: false);
                break;
            case InstancePhase.Loading:
                GoOn(instance, mustLoad: true);
                break;
            case InstancePhase.Gone:
                _residents.TryRemove(new KeyValuePair<string, ResidentInstance>(instance.Id, instance));
                _gate.Leave();
                break;
            case InstancePhase.Idle:
                if (!keepsPlace)
                {
                    Rest(instance);
                }

                break;
            case InstancePhase.Busy:
                break;
        }
    }

    private void Rest(ResidentInstance instance)
    {
        _idle.Enqueue((instance, instance.IdleStamp));
        Interlocked.Increment(ref _idleCount);
        _gate.Leave();
        while ((Volatile.Read(ref _idleCount) > _options.MaxResidentInstances || _idle.Count > 4 * _options.MaxResidentInstances) && _idle.TryDequeue(out var oldest))
        {
            if (oldest.Instance.TryEvict(oldest.IdleStamp))
            {
                oldest.Instance.Execution?.Release();
                _residents.TryRemove(new KeyValuePair<string, ResidentInstance>(oldest.Instance.Id, oldest.Instance));
                Interlocked.Decrement(ref _idleCount);
            }
        }
    }

    /// <summary>Takes an instance out of memory whose state in the store is what counts.</summary>
    private void Forget(ResidentInstance instance, Exception? reason = null)
    {
        _residents.TryRemove(new KeyValuePair<string, ResidentInstance>(instance.Id, instance));
        instance.Abandon(reason);
        instance.Execution?.Release();
        _gate.Leave();
    }
}
