using Aurora.Benchmarks.Reporting;
using Aurora.Benchmarks.Runs;

namespace Aurora.Benchmarks;

/// <summary>
/// <c>dotnet run -c Release --project tests/Aurora.Benchmarks -- accept</c>: prints one table per run named; <c>--save FILE</c>
/// appends it to a file as well.
/// </summary>
internal static class Program
{
    private static readonly Dictionary<string, Func<Task<Report>>> Runs = new(StringComparer.Ordinal)
    {
        ["accept"] = AcceptRun.RunAsync,
        ["drain"] = DrainRun.RunAsync,
        ["latency"] = LatencyRun.RunAsync,
        ["claim"] = ClaimRun.RunAsync,
        ["recovery"] = RecoveryRun.RunAsync,
        ["scale"] = ScaleRun.RunAsync,
        ["start"] = StartRun.RunAsync,
        ["growth"] = GrowthRun.RunAsync,
    };

    private static async Task<int> Main(string[] args)
    {
        var save = Array.IndexOf(args, "--save");
        var file = save >= 0 && save + 1 < args.Length ? args[save + 1] : null;
        var names = args.Where((_, at) => save < 0 || (at != save && at != save + 1)).ToList();
        if (names.Count == 0 || names.Any(name => !Runs.ContainsKey(name)))
        {
            await Console.Error.WriteLineAsync($"Name one or more of: {string.Join(", ", Runs.Keys)}; --save FILE appends the tables to a file.");
            return 2;
        }

        foreach (var name in names)
        {
            var table = (await Runs[name]()).Print();
            Console.WriteLine(table);
            if (file is not null)
            {
                await File.AppendAllTextAsync(file, table);
            }
        }

        return 0;
    }
}
