using Aurora.Benchmarks.Reporting;
using Aurora.TestKit.Processes;

namespace Aurora.Benchmarks.Runs;

/// <summary>Start of the built app to ready: on a running server, and with its own embedded one.</summary>
internal static class StartRun
{
    private const int Rounds = 5;
    private static readonly TimeSpan Target = TimeSpan.FromSeconds(2);

    public static async Task<Report> RunAsync()
    {
        var report = new Report("start: process start -> ready");
        await using (var server = await BenchmarkServer.StartAsync())
        {
            var times = new List<double>();
            long memory = 0;
            for (var round = 0; round < Rounds; round++)
            {
                await using var app = await server.StartAppAsync();
                times.Add(app.StartTime.TotalSeconds);
                memory = app.ResidentMemory;
                await StopAsync(app);
            }

            Add(report, "database running, migrated", times);
            report.Add("  resident memory when ready", Report.Megabytes(memory), target: "< 250 MB", met: memory < 250L << 20);
        }

        await EmbeddedAsync(report);
        return report;
    }

    private static async Task EmbeddedAsync(Report report)
    {
        // A copy of the build outside the solution has an .aurora directory of its own.
        var directory = Directory.CreateTempSubdirectory("aurora-start-").FullName;
        try
        {
            Copy(BuiltApp.BuildDirectory(), directory);
            await using (var app = await BuiltApp.StartAsync(connectionString: null, directory: directory))
            {
                report.Add("embedded server, first start ever (initdb)", Report.Seconds(app.StartTime));
                await StopAsync(app);
            }

            var times = new List<double>();
            for (var round = 0; round < Rounds; round++)
            {
                await using var app = await BuiltApp.StartAsync(connectionString: null, directory: directory);
                times.Add(app.StartTime.TotalSeconds);
                await StopAsync(app);
            }

            Add(report, "embedded server, cluster initialised", times);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static void Add(Report report, string what, List<double> seconds)
    {
        var median = TimeSpan.FromSeconds(Statistics.Median(seconds));
        report.Add(
            what,
            FormattableString.Invariant($"{median.TotalSeconds:0.00} s (worst {seconds.Max():0.00} s)"),
            target: "< 2 s",
            met: median < Target);
    }

    private static async Task StopAsync(BuiltApp app)
    {
        await app.SendTermAsync();
        await app.WaitForExitAsync(TimeSpan.FromSeconds(20));
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
