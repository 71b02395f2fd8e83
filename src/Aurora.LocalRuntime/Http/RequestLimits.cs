
using Aurora.LocalRuntime.Hosting.Startup;

namespace Aurora.LocalRuntime.Http;

/// <summary>The limits of host.json on requests held and requests running at once.</summary>
internal sealed class RequestLimits(HostJson hostJson) : IDisposable
{
    private readonly SemaphoreSlim? _turns =
        hostJson.MaxConcurrentRequests is { } concurrent ? new SemaphoreSlim(concurrent, concurrent) : null;

    private int _outstanding;

    public bool AreSet { get; } = hostJson.MaxOutstandingRequests is not null || hostJson.MaxConcurrentRequests is not null;

    public int Outstanding => Volatile.Read(ref _outstanding);

    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _outstanding) <= (hostJson.MaxOutstandingRequests ?? int.MaxValue))
        {
            return true;
        }

        Leave();
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _outstanding);

    public Task WaitForTurnAsync(CancellationToken cancellation) => _turns?.WaitAsync(cancellation) ?? Task.CompletedTask;

    public void EndTurn() => _turns?.Release();

    public void Dispose() => _turns?.Dispose();
}
