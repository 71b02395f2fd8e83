using Microsoft.DurableTask;

namespace Aurora.LocalRuntime.Durable.Orchestrations;

/// <summary>
/// External events of one execution: names without case, events before their waiter kept in order per name, the newest waiter served
/// first, cancelled waiters passed over.
/// </summary>
internal sealed class ExternalEvents(DataConverter converter)
{
    private readonly Dictionary<string, Stack<IEventWaiter>> _waiters = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Queue<BufferedEvent>> _buffer = new(StringComparer.OrdinalIgnoreCase);
    private long _arrivals;

    private interface IEventWaiter
    {
        Type EventType { get; }

        bool IsDone { get; }

        void Deliver(string? payload, DataConverter converter);
    }

    public bool HasWaiters
    {
        get
        {
            foreach (var stack in _waiters.Values)
            {
                if (stack.Any(static waiter => !waiter.IsDone))
                {
                    return true;
                }
            }

            return false;
        }
    }

    public Task<T> WaitAsync<T>(string name, CancellationToken cancellation)
    {
        if (TryPeekLive(name, out var live) && live.EventType != typeof(T))
        {
            throw new ArgumentException(
                $"Waiters for one event name must ask for one type: '{name}' is awaited as {live.EventType.FullName} already, now as {typeof(T).FullName}.",
                nameof(name));
        }

        var waiter = new EventWaiter<T>();
        if (_buffer.TryGetValue(name, out var waiting))
        {
            var first = waiting.Dequeue();
            if (waiting.Count == 0)
            {
                _buffer.Remove(name);
            }

            waiter.Deliver(first.Payload, converter);
            return waiter.Task;
        }

        if (!_waiters.TryGetValue(name, out var stack))
        {
            _waiters[name] = stack = new Stack<IEventWaiter>();
        }

        stack.Push(waiter);
        if (cancellation.CanBeCanceled)
        {
            cancellation.Register(() => waiter.TrySetCanceled(cancellation));
        }

        return waiter.Task;
    }

    public void Raise(string name, string? payload)
    {
        if (TryPeekLive(name, out var waiter))
        {
            var stack = _waiters[name];
            stack.Pop();
            if (stack.Count == 0)
            {
                _waiters.Remove(name);
            }

            waiter.Deliver(payload, converter);
            return;
        }

        if (!_buffer.TryGetValue(name, out var waiting))
        {
            _buffer[name] = waiting = new Queue<BufferedEvent>();
        }

        waiting.Enqueue(new BufferedEvent(_arrivals++, name, payload));
    }

    /// <summary>Takes what nobody waited for, in the order of arrival.</summary>
    public IReadOnlyList<BufferedEvent> TakeBuffered()
    {
        BufferedEvent[] all = [.. _buffer.Values.SelectMany(static queue => queue).OrderBy(static item => item.Arrival)];
        _buffer.Clear();
        return all;
    }

    private bool TryPeekLive(string name, out IEventWaiter waiter)
    {
        waiter = null!;
        if (!_waiters.TryGetValue(name, out var stack))
        {
            return false;
        }

        while (stack.TryPeek(out var top))
        {
            if (!top.IsDone)
            {
                waiter = top;
                return true;
            }

            stack.Pop();
        }

        _waiters.Remove(name);
        return false;
    }

    private sealed class EventWaiter<T> : TaskCompletionSource<T>, IEventWaiter
    {
        public Type EventType => typeof(T);

        public bool IsDone => Task.IsCompleted;

        public void Deliver(string? payload, DataConverter converter) => this.SetPayload(payload, converter);
    }
}

/// <summary>An event that came before anyone waited for it.</summary>
internal readonly record struct BufferedEvent(long Arrival, string Name, string? Payload);
