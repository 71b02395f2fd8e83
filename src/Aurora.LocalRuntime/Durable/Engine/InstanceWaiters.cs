using System.Collections.Concurrent;
using Aurora.LocalRuntime.Durable.Storage;
using Microsoft.DurableTask.Client;

namespace Aurora.LocalRuntime.Durable.Engine;

/// <summary>
/// Callers that wait for an instance to start or to end. A waiter is registered before the instance is looked at, and told after the
/// commit it waits for, so none is missed.
/// </summary>
internal sealed class InstanceWaiters
{
    private readonly ConcurrentDictionary<string, List<Waiter>> _waiters = new(StringComparer.Ordinal);

    public Waiter Register(string instanceId, bool forCompletion)
    {
        var waiter = new Waiter(forCompletion);
        while (true)
        {
            var list = _waiters.GetOrAdd(instanceId, static _ => []);
            lock (list)
            {
                if (_waiters.TryGetValue(instanceId, out var present) && ReferenceEquals(present, list))
                {
                    list.Add(waiter);
                    return waiter;
                }
            }
        }
    }

    public void Remove(string instanceId, Waiter waiter)
    {
        if (_waiters.TryGetValue(instanceId, out var list))
        {
            lock (list)
            {
                list.Remove(waiter);
                RemoveIfEmpty(instanceId, list);
            }
        }
    }

    public void Tell(InstanceRecord record)
    {
        if (_waiters.IsEmpty || !_waiters.TryGetValue(record.Info.Id, out var list))
        {
            return;
        }

        lock (list)
        {
            list.RemoveAll(waiter => waiter.IsServedBy(record.Status) && waiter.Source.TrySetResult(record));
            RemoveIfEmpty(record.Info.Id, list);
        }
    }

    public void FailAll(Exception reason)
    {
        foreach (var list in _waiters.Values)
        {
            lock (list)
            {
                foreach (var waiter in list)
                {
                    waiter.Source.TrySetException(reason);
                }
            }
        }
    }

    private void RemoveIfEmpty(string instanceId, List<Waiter> list)
    {
        if (list.Count == 0)
        {
            _waiters.TryRemove(new KeyValuePair<string, List<Waiter>>(instanceId, list));
        }
    }

    /// <summary>One caller.</summary>
    internal sealed class Waiter(bool forCompletion)
    {
        public TaskCompletionSource<InstanceRecord> Source { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsServedBy(OrchestrationRuntimeStatus status) =>
            forCompletion ? InstanceRecord.IsFinal(status) : status != OrchestrationRuntimeStatus.Pending;
    }
}
