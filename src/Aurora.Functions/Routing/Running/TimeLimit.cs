namespace Aurora.Functions.Routing.Running;

/// <summary>Bounds the time of code that is registered here and written elsewhere.</summary>
internal static class TimeLimit
{
    /// <summary>Runs one try: its token ends with the limit, and work that does not watch its token is left after its time.</summary>
    /// <exception cref="TimeoutException">It took longer than <paramref name="limit"/>.</exception>
    public static async Task<T> RunAsync<T>(
        Func<CancellationToken, Task<T>> work, TimeSpan limit, TimeProvider time, CancellationToken cancellation)
    {
        using var end = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(end.Token, cancellation);
        return await work(either.Token).WaitAsync(limit, time, cancellation);
    }
}
