using Aurora.Benchmarks.Load;
using Aurora.Benchmarks.Reference;
using Aurora.Benchmarks.Reporting;

namespace Aurora.Benchmarks.Runs;

/// <summary>Accepting over HTTP against pgbench committing the same rows one request per transaction.</summary>
internal static class AcceptRun
{
    private const int Connections = 64;
    private const int Rounds = 3;
    private const double TargetRatio = 1.25;
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan LatencyTarget = TimeSpan.FromMilliseconds(50);

    public static async Task<Report> RunAsync()
    {
        var report = new Report("accept: POST /ingest/message, 64 connections, new senders");
        await MeasureAsync(report, "accept alone (nothing drained)", hasTarget: true, ("Outbox__Linger", "false"), ("CRM_OUTBOX_POLL_INTERVAL", "86400"));
        await MeasureAsync(report, "accept while the outbox drains", hasTarget: false);
        report.Note("Reference: pgbench, one statement with the three inserts, -M prepared -c 64 -j 2, in the same minutes on the same server; medians of "
            + $"{Rounds} rounds of {Length.TotalSeconds:0} s each, app and reference by turns.");
        return report;
    }

    private static async Task MeasureAsync(Report report, string what, bool hasTarget, params (string, string)[] settings)
    {
        await using var server = await BenchmarkServer.StartAsync();
        await using var app = await server.StartAppAsync(settings);
        await HttpLoad.RunAsync(app, Connections, TimeSpan.FromSeconds(4));
        await PgBench.CommitRateAsync(server.ReferenceConnectionString, TimeSpan.FromSeconds(2));

        var loads = new List<LoadResult>();
        var references = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            await server.ExecuteAsync("CHECKPOINT");
            references.Add(await PgBench.CommitRateAsync(server.ReferenceConnectionString, Length));
            await server.ExecuteAsync("CHECKPOINT");
            loads.Add(await HttpLoad.RunAsync(app, Connections, Length));
        }

        var rate = Statistics.Median(loads.Select(load => load.Rate));
        var reference = Statistics.Median(references);
        var p99 = Statistics.Median(loads.Select(load => load.P99.TotalMilliseconds));
        var refused = loads.Sum(load => load.Refused);
        report.Add(
            what,
            Report.PerSecond(rate),
            Report.PerSecond(reference),
            Report.Times(rate / reference),
            hasTarget ? $">= {TargetRatio}x" : "",
            hasTarget ? rate / reference >= TargetRatio : null);
        report.Add(
            "  p50 / p99 / max",
            $"{Report.Milliseconds(loads[^1].P50)} / {p99:0.0} ms / {Report.Milliseconds(loads.Max(load => load.Max))}",
            target: "p99 < 50 ms",
            met: p99 < LatencyTarget.TotalMilliseconds);
        report.Add("  refused", refused.ToString(System.Globalization.CultureInfo.InvariantCulture), target: "0", met: refused == 0);
        report.Add("  memory of the app", Report.Megabytes(app.ResidentMemory), target: "< 250 MB", met: app.ResidentMemory < 250L << 20);
    }
}
