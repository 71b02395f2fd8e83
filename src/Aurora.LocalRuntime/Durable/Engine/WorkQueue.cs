namespace Aurora.LocalRuntime.Durable.Engine;

/// <summary>Something a <see cref="WorkQueue"/> runs. It calls <see cref="WorkQueue.Done"/> when it has ended, from wherever it ends.</summary>
internal interface IWorkItem : IThreadPoolWorkItem
{
}

/// <summary>Runs work in order of arrival on the thread pool, so many at a time; the rest waits.</summary>
internal sealed class WorkQueue(int maxConcurrency)
{
    private readonly Lock _gate = new();
    private readonly Queue<IWorkItem> _waiting = new();
    private int _running;
    private bool _isPaused;

    public int Running
    {
        get
        {
            lock (_gate)
            {
                return _running;
            }
        }
    }

    public bool IsIdle
    {
        get
        {
            lock (_gate)
            {
                return _running == 0 && (_isPaused || _waiting.Count == 0);
            }
        }
    }

    public void Enqueue(IWorkItem item)
    {
        lock (_gate)
        {
            if (_isPaused || _running >= maxConcurrency)
            {
                _waiting.Enqueue(item);
                return;
            }

            _running++;
        }

        ThreadPool.UnsafeQueueUserWorkItem(item, preferLocal: false);
    }

    public void Done()
    {
        IWorkItem? next;
        lock (_gate)
        {
            if (_isPaused || !_waiting.TryDequeue(out next))
            {
                _running--;
                return;
            }
        }

        ThreadPool.UnsafeQueueUserWorkItem(next, preferLocal: false);
    }

    /// <summary>Starts nothing any more; what runs goes on.</summary>
    public void Pause()
    {
        lock (_gate)
        {
            _isPaused = true;
        }
    }
}
