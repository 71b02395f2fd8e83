using System.Globalization;
using Aurora.Benchmarks.Load;
using Aurora.Benchmarks.Reporting;
using Aurora.TestKit.Processes;

namespace Aurora.Benchmarks.Runs;

/// <summary>From kill -9 in the middle of a drain to the first decision after it.</summary>
internal static class RecoveryRun
{
    private const int Kills = 8;
    private const int Messages = 200_000;
    private static readonly TimeSpan Allowance = TimeSpan.FromSeconds(1);

    public static async Task<Report> RunAsync()
    {
        var report = new Report("recovery: kill -9 while the outbox drains -> first decision");
        await using var server = await BenchmarkServer.StartAsync();
        await Backlog.WriteAsync(server.Database, 1, Messages, 5_000, TimeProvider.System.GetUtcNow() - TimeSpan.FromMinutes(5));
        await server.SettleAsync();

        var starts = new List<TimeSpan>();
        var resumes = new List<TimeSpan>();
        var claimed = new List<TimeSpan>();
        var claimedStarts = new List<TimeSpan>();
        var app = await server.StartAppAsync();
        for (var kill = 0; kill < Kills; kill++)
        {
            var decided = await server.ScalarAsync<long>("SELECT count(*) FROM mhc_decisions");
            await server.ReachesAsync(
                "SELECT count(*) FROM mhc_decisions", decided + 1_000 + (kill * 300), TimeSpan.FromSeconds(30), TimeSpan.FromMilliseconds(50));
            await app.KillAsync();
            await app.DisposeAsync();
            var killed = TimeProvider.System.GetUtcNow();
            var inFlight = await server.ScalarAsync<string[]>(
                "SELECT coalesce(array_agg(id), '{}') FROM crm_event_outbox WHERE status = 'PROCESSING'");
            app = await server.StartAppAsync();
            starts.Add(app.StartTime);
            resumes.Add(await FirstDecisionAsync(server, "SELECT min(decided_at) FROM mhc_decisions WHERE decided_at > $1", killed, killed));
            if (inFlight.Length == 0)
            {
                // The kill hit a moment between two claims: there is no such row to wait for.
                continue;
            }

            claimedStarts.Add(app.StartTime);
            claimed.Add(await FirstDecisionAsync(
                server, "SELECT min(decided_at) FROM mhc_decisions WHERE decided_at > $1 AND outbox_id = ANY ($2)", killed, killed, inFlight));
        }

        await FinishAsync(server, app, report);
        var worst = resumes.Zip(starts, (resume, start) => resume - start).Max();
        report.Add("restart: process start -> ready (median / worst)", Both(starts));
        report.Add("kill -> first decision (median / worst)", Both(resumes), target: "restart + 1 s", met: worst < Allowance);
        report.Add(
            string.Create(CultureInfo.InvariantCulture, $"kill -> first row that was claimed before the kill (median / worst of {claimed.Count})"),
            Both(claimed),
            target: "restart + 1 s",
            met: claimed.Zip(claimedStarts, (resume, start) => resume - start).Max() < Allowance);
        return report;
    }

    private static async Task<TimeSpan> FirstDecisionAsync(
        BenchmarkServer server, string sql, DateTimeOffset killed, params object[] parameters)
    {
        var until = TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(90);
        while (TimeProvider.System.GetUtcNow() < until)
        {
            await using var command = server.Database.CreateCommand(sql);
            foreach (var parameter in parameters)
            {
                command.Parameters.Add(new Npgsql.NpgsqlParameter { Value = parameter });
            }

            if (await command.ExecuteScalarAsync() is DateTime first)
            {
                return new DateTimeOffset(first) - killed;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20));
        }

        return TimeSpan.FromSeconds(90);
    }

    private static async Task FinishAsync(BenchmarkServer server, BuiltApp app, Report report)
    {
        await using (app)
        {
            var finished = await server.ReachesAsync("SELECT count(*) FROM mhc_decisions", Messages, TimeSpan.FromSeconds(180));
            var open = await server.ScalarAsync<long>("SELECT count(*) FROM crm_event_outbox WHERE status <> 'COMPLETED'");
            report.Add(
                "rows not COMPLETED in the end",
                open.ToString(CultureInfo.InvariantCulture),
                target: "0",
                met: finished && open == 0);
        }
    }

    private static string Both(List<TimeSpan> times) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Statistics.Median(times.Select(time => time.TotalSeconds)):0.00} / {times.Max().TotalSeconds:0.00} s");
}
