using System.Globalization;
using Aurora.Benchmarks.Load;
using Aurora.Benchmarks.Reporting;

namespace Aurora.Benchmarks.Runs;

/// <summary>Rate and memory while the backlog grows from a thousand to a million.</summary>
internal static class ScaleRun
{
    private const long MemoryLimit = 250L << 20;
    private static readonly long[] Depths = [1_000, 10_000, 100_000, 1_000_000];
    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(20);

    public static async Task<Report> RunAsync()
    {
        var report = new Report("scale: drain rate and memory by depth of the backlog");
        long first = 1;
        foreach (var depth in Depths)
        {
            await using var server = await BenchmarkServer.StartAsync();
            await Backlog.WriteAsync(
                server.Database, first, depth, Math.Max(1, depth / 10), TimeProvider.System.GetUtcNow() - TimeSpan.FromHours(1));
            await server.SettleAsync();
            await using var app = await server.StartAppAsync();
            long peak = 0;
            long done = 0;
            var started = TimeProvider.System.GetTimestamp();
            while (done < depth && TimeProvider.System.GetElapsedTime(started) < Watched)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(250));
                peak = Math.Max(peak, app.ResidentMemory);
                done = await server.ScalarAsync<long>("SELECT count(*) FROM mhc_decisions");
            }

            var rate = done / TimeProvider.System.GetElapsedTime(started).TotalSeconds;
            report.Add(
                string.Create(CultureInfo.InvariantCulture, $"{depth:#,0} waiting"),
                $"{Report.PerSecond(rate)}, peak memory {Report.Megabytes(peak)}",
                target: "< 250 MB",
                met: peak < MemoryLimit);
            first += depth;
        }

        report.Note(string.Create(CultureInfo.InvariantCulture, $"Watched until empty or for {Watched.TotalSeconds:0} s; small depths are dominated by the first poll."));
        return report;
    }
}
