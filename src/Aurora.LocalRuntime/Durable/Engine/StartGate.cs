namespace Aurora.LocalRuntime.Durable.Engine;

/// <summary>
/// Counts instances with work in hand. Starts wait while there are too many; an instance that is woken never waits, so work that is
/// under way always comes to its end.
/// </summary>
internal sealed class StartGate(int limit)
{
    private readonly Lock _gate = new();
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private int _active;
    private bool _isClosed;

    /// <summary>Called, outside any lock, when there may be room again and no start waits.</summary>
    public Action? OnRoom { get; set; }

    public int Active => Volatile.Read(ref _active);

    public void EnterAnyway()
    {
        lock (_gate)
        {
            _active++;
        }
    }

    public bool TryEnter()
    {
        lock (_gate)
        {
            if (_active >= limit || _waiting.Count > 0)
            {
                return false;
            }

            _active++;
            return true;
        }
    }

    public ValueTask EnterAsync(CancellationToken cancellation)
    {
        TaskCompletionSource turn;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, typeof(DurableEngine));
            if (_active < limit && _waiting.Count == 0)
            {
                _active++;
                return ValueTask.CompletedTask;
            }

            turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(turn);
        }

        return new ValueTask(WaitAsync(turn, cancellation));
    }

    public void Leave()
    {
        bool hasRoom;
        lock (_gate)
        {
            _active--;
            while (_active < limit && _waiting.TryDequeue(out var next))
            {
                if (next.TrySetResult())
                {
                    _active++;
                }
            }

            hasRoom = _active < limit;
        }

        if (hasRoom)
        {
            OnRoom?.Invoke();
        }
    }

    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            while (_waiting.TryDequeue(out var next))
            {
                next.TrySetException(new ObjectDisposedException(nameof(DurableEngine)));
            }
        }
    }

    private static async Task WaitAsync(TaskCompletionSource turn, CancellationToken cancellation)
    {
        await using (cancellation.UnsafeRegister(static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token), turn))
        {
            await turn.Task;
        }
    }
}
