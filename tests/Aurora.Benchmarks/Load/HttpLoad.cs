using System.Diagnostics;
using Aurora.TestKit.Processes;

namespace Aurora.Benchmarks.Load;

/// <summary>A bounded number of keep-alive connections that post messages of ever new senders for some time.</summary>
internal static class HttpLoad
{
    private static long _lastSender;

    public static async Task<LoadResult> RunAsync(BuiltApp app, int connections, TimeSpan duration)
    {
        var prefix = "55" + (Environment.ProcessId % 1000).ToString("000", System.Globalization.CultureInfo.InvariantCulture);
        var clients = Enumerable.Range(0, connections)
            .Select(_ => new LoadConnection(app.Address, app.FunctionKey, prefix))
            .ToList();
        var started = Stopwatch.GetTimestamp();
        var end = started + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        await Task.WhenAll(clients.Select(client => Task.Run(
            () => client.RunAsync(static () => Interlocked.Increment(ref _lastSender), () => Stopwatch.GetTimestamp() < end))));
        return LoadResult.Of(clients, Stopwatch.GetElapsedTime(started));
    }
}
