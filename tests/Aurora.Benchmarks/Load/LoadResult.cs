namespace Aurora.Benchmarks.Load;

/// <summary>What a run of the load client saw.</summary>
internal sealed record LoadResult(int Answered, int Refused, TimeSpan Elapsed, TimeSpan P50, TimeSpan P99, TimeSpan Max)
{
    public double Rate => Answered / Elapsed.TotalSeconds;

    public static LoadResult Of(IEnumerable<LoadConnection> connections, TimeSpan elapsed)
    {
        var all = connections.ToList();
        var latencies = all.SelectMany(connection => connection.Latencies).ToArray();
        Array.Sort(latencies);
        return new LoadResult(
            all.Sum(connection => connection.Answered),
            all.Sum(connection => connection.Refused),
            elapsed,
            At(latencies, 0.50),
            At(latencies, 0.99),
            At(latencies, 1.0));
    }

    private static TimeSpan At(long[] sorted, double share) => sorted.Length == 0
        ? TimeSpan.Zero
        : System.Diagnostics.Stopwatch.GetElapsedTime(0, sorted[(int)Math.Min(sorted.Length - 1, share * sorted.Length)]);
}
