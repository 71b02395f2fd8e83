using System.Diagnostics;
using Aurora.TestKit.Processes;

namespace Aurora.EndToEndTests.Hosting;

/// <summary>A run of the built app that is expected to end by itself.</summary>
/// <param name="ExitCode">What it ended with.</param>
/// <param name="Error">What it said on standard error.</param>
internal sealed record AppRun(int ExitCode, string Error)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    public static async Task<AppRun> ToItsEndAsync(string connectionString, params string[] arguments)
    {
        var directory = BuiltApp.BuildDirectory();
        var start = new ProcessStartInfo(Path.Combine(directory, OperatingSystem.IsWindows() ? "Aurora.Functions.exe" : "Aurora.Functions"), arguments)
        {
            WorkingDirectory = directory,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("DATABASE_URL");
        start.Environment["ConnectionStrings__Aurora"] = connectionString;
        start.Environment["Platform__Postgres__StartupTimeout"] = "00:00:00";
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Deadline);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var error = await process.StandardError.ReadToEndAsync(limit.Token);
            await output;
            await process.WaitForExitAsync(limit.Token);
            return new AppRun(process.ExitCode, error.Trim());
        }
        catch (OperationCanceledException e)
        {
            process.Kill();
            throw new TimeoutException("The app was expected to end by itself.", e);
        }
    }
}
