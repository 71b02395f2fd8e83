namespace Aurora.LocalRuntime.Durable.Orchestrations;

/// <summary>
/// Where an orchestrator's continuations run: only on the thread that processes its turn, in order. A continuation from any other
/// thread means that the orchestrator awaits something its history knows nothing of.
/// </summary>
internal sealed class OrchestrationSynchronizationContext(Action onForeignContinuation) : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _queue = new();
    private int _threadId;
    private int _foreign;

    /// <summary>Whether a continuation came from outside a turn.</summary>
    public bool SawForeignContinuation => Volatile.Read(ref _foreign) != 0;

    public bool IsOnOrchestratorThread => Volatile.Read(ref _threadId) == Environment.CurrentManagedThreadId;

    public void Enter() => Volatile.Write(ref _threadId, Environment.CurrentManagedThreadId);

    public void Leave() => Volatile.Write(ref _threadId, 0);

    /// <summary>Runs what continuations posted, and what those posted, until nothing is left.</summary>
    public void Drain()
    {
        while (_queue.TryDequeue(out var item))
        {
            item.Callback(item.State);
        }
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (IsOnOrchestratorThread)
        {
            _queue.Enqueue((d, state));
            return;
        }

        if (Interlocked.Exchange(ref _foreign, 1) == 0)
        {
            onForeignContinuation();
        }
    }

    public override void Send(SendOrPostCallback d, object? state)
    {
        if (IsOnOrchestratorThread)
        {
            d(state);
            return;
        }

        Post(d, state);
    }

    public override SynchronizationContext CreateCopy() => this;
}
