using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Aurora.TestKit.Processes;

/// <summary>
/// The built executable of the app as a process of its own: what a crash test kills and a benchmark measures. It is the
/// build that belongs to the running test (debug or release), never <c>dotnet run</c>.
/// </summary>
public sealed partial class BuiltApp : IAsyncDisposable
{
    private const int KeptLines = 400;
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Uri? _address;

    private BuiltApp(Process process) => _process = process;

    /// <summary>Where it answers.</summary>
    public Uri Address => _address ?? throw new InvalidOperationException("The app printed no address.");

    /// <summary>The key its functions ask for.</summary>
    public string FunctionKey { get; private set; } = "";

    /// <summary>From the start of the process to its ready line.</summary>
    public TimeSpan StartTime { get; private set; }

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>The last lines it printed.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>Processor time used so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Resident memory in bytes.</summary>
    public long ResidentMemory
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Starts the app on a free port and waits for its ready line.</summary>
    /// <param name="connectionString">Its database; null lets it start an embedded one.</param>
    /// <param name="settings">Settings as environment variables (<c>Section__Key</c>).</param>
    /// <param name="directory">A copy of the build to run; null for the build itself.</param>
    /// <param name="deadline">How long it may take to be ready; a minute when null.</param>
    public static async Task<BuiltApp> StartAsync(
        string? connectionString,
        IReadOnlyDictionary<string, string>? settings = null,
        string? directory = null,
        TimeSpan? deadline = null)
    {
        directory ??= BuildDirectory();
        var start = new ProcessStartInfo(Path.Combine(directory, OperatingSystem.IsWindows() ? "Aurora.Functions.exe" : "Aurora.Functions"))
        {
            WorkingDirectory = directory,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add("--port");
        start.ArgumentList.Add("0");
        start.Environment.Remove("DATABASE_URL");
        start.Environment.Remove("ConnectionStrings__Aurora");
        start.Environment["Logging__LogLevel__Default"] = "Warning";
        start.Environment["DOTNET_ENVIRONMENT"] = "Development";
        if (connectionString is not null)
        {
            start.Environment["ConnectionStrings__Aurora"] = connectionString;
        }

        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var started = Stopwatch.GetTimestamp();
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        var app = new BuiltApp(process);
        process.OutputDataReceived += (_, line) => app.Take(line.Data);
        process.ErrorDataReceived += (_, line) => app.Take(line.Data);
        process.Exited += (_, _) => app._ready.TrySetResult();
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.StandardInput.Close();
        await app._ready.Task.WaitAsync(deadline ?? TimeSpan.FromSeconds(60));
        app.StartTime = Stopwatch.GetElapsedTime(started);
        if (process.HasExited)
        {
            throw new InvalidOperationException($"The app ended with {process.ExitCode} instead of starting:\n{app.Output}");
        }

        app.FunctionKey = ReadKey(directory);
        return app;
    }

    /// <summary>Where the build of the app lies that belongs to this process.</summary>
    public static string BuildDirectory()
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(own.Parent!.Parent!.FullName, "Aurora.Functions", own.Name);
    }

    /// <summary>Ends it as <c>kill -9</c> does; nothing it holds in memory survives.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Asks it to end, as an orchestrator or <c>kill</c> does.</summary>
    public async Task SendTermAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Waits for the end of the process and answers its exit code.</summary>
    public async Task<int> WaitForExitAsync(TimeSpan deadline)
    {
        using var limit = new CancellationTokenSource(deadline);
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private void Take(string? line)
    {
        if (line is null)
        {
            return;
        }

        _output.Enqueue(line);
        while (_output.Count > KeptLines)
        {
            _output.TryDequeue(out _);
        }

        if (_address is null && PrintedAddress().Match(line) is { Success: true } match)
        {
            _address = new Uri(match.Groups["address"].Value);
        }

        if (line == "Ready.")
        {
            _ready.TrySetResult();
        }
    }

    private static string ReadKey(string directory)
    {
        for (var folder = new DirectoryInfo(directory); folder is not null; folder = folder.Parent)
        {
            var file = Path.Combine(folder.FullName, ".aurora", "keys.json");
            if (File.Exists(file))
            {
                using var keys = JsonDocument.Parse(File.ReadAllBytes(file));
                return keys.RootElement.GetProperty("functionKeys").EnumerateObject().First().Value.GetString()!;
            }
        }

        throw new InvalidOperationException(
            string.Create(CultureInfo.InvariantCulture, $"No keys.json in an .aurora directory above {directory}."));
    }

    [GeneratedRegex(@"(?<address>https?://[\w.\[\]:-]+:\d+)/", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex PrintedAddress();
}
