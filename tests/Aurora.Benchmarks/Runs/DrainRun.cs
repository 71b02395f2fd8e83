using System.Globalization;
using Aurora.Benchmarks.Load;
using Aurora.Benchmarks.Reference;
using Aurora.Benchmarks.Reporting;

namespace Aurora.Benchmarks.Runs;

/// <summary>From waiting rows through claim, orchestration and two specialists to COMPLETED, against workflow systems from npm.</summary>
internal static class DrainRun
{
    private const int Messages = 100_000;
    private const double Target = 8_000;
    private const double TargetRatio = 20;
    private const int DbosMessages = 3_000;
    private const int GraphileMessages = 20_000;

    // Rate of the middle: without the first and last twentieth, so start-up and tail do not count.
    private const string RateSql =
        """
        SELECT (0.9 * count(*) / extract(epoch FROM
            percentile_disc(0.95) WITHIN GROUP (ORDER BY decided_at) - percentile_disc(0.05) WITHIN GROUP (ORDER BY decided_at)))::double precision
        FROM mhc_decisions WHERE decided_at > $1
        """;

    private const string FinishedSql =
        "SELECT count(*) - (SELECT count(*) FROM outbox_keys) FROM crm_event_outbox WHERE status = 'COMPLETED'";

    public static async Task<Report> RunAsync()
    {
        var report = new Report("drain: outbox -> MHC on durable orchestrations -> COMPLETED");
        await using var server = await BenchmarkServer.StartAsync();
        var dbos = await NodeReference.RateAsync("dbos.mjs", server.ReferenceConnectionString, DbosMessages, 50);
        var graphile = await NodeReference.RateAsync("graphile.mjs", server.ReferenceConnectionString, GraphileMessages, 24);

        var even = await MeasureAsync(server, report, "100,000 waiting, a sender each", 1, Messages);
        await MeasureAsync(server, report, "100,000 waiting, 1,000 senders", 1_000_001, 1_000);
        Add(report, "against a DBOS workflow of three steps", even, dbos, TargetRatio);
        Add(report, "against one graphile-worker job each", even, graphile, null);
        return report;
    }

    private static async Task<double> MeasureAsync(BenchmarkServer server, Report report, string what, long first, long senders)
    {
        var since = TimeProvider.System.GetUtcNow();
        await Backlog.WriteAsync(server.Database, first, Messages, senders, since - TimeSpan.FromMinutes(5));
        await server.SettleAsync();
        await using var app = await server.StartAppAsync();
        var started = TimeProvider.System.GetTimestamp();
        var expected = await server.ScalarAsync<long>("SELECT count(*) FROM crm_event_outbox");
        var done = await server.ReachesAsync("SELECT count(*) FROM mhc_decisions", expected, TimeSpan.FromSeconds(180))
            && await server.ScalarAsync<long>(FinishedSql) == expected;
        var elapsed = TimeProvider.System.GetElapsedTime(started);
        var rate = await server.ScalarAsync<double>(RateSql, since);
        report.Add(
            what,
            done ? Report.PerSecond(rate) : "not finished in 180 s",
            target: string.Create(CultureInfo.InvariantCulture, $">= {Target:#,0}/s"),
            met: done && rate >= Target);
        report.Add(
            "  whole backlog, processor, memory",
            $"{Report.Seconds(elapsed)}, {Report.Seconds(app.ProcessorTime)} CPU, {Report.Megabytes(app.ResidentMemory)}",
            target: "< 250 MB",
            met: app.ResidentMemory < 250L << 20);
        return rate;
    }

    private static void Add(Report report, string what, double rate, double? reference, double? target) => report.Add(
        what,
        Report.PerSecond(rate),
        reference is { } known ? Report.PerSecond(known) : "not available",
        reference is { } other ? Report.Times(rate / other) : "",
        target is { } wanted ? $">= {wanted}x" : "",
        target is null || reference is null ? null : rate / reference >= target);
}
