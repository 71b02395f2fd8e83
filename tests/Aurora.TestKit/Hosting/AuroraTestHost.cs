using Aurora.Functions;
using Aurora.LocalRuntime.Durable;
using Aurora.LocalRuntime.Durable.Storage;
using Aurora.LocalRuntime.Hosting;
using Aurora.LocalRuntime.Hosting.Invocation;
using Aurora.LocalRuntime.Hosting.Startup;
using Aurora.TestKit.Postgres;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aurora.TestKit.Hosting;

/// <summary>The whole app in the test's process: its functions over HTTP on a free port, its timers, its orchestrations, on a real database.</summary>
public sealed class AuroraTestHost : IAsyncDisposable
{
    private const string KeyHeader = "x-functions-key";
    private readonly TemporaryDirectory _directory;
    private readonly TestDatabase _database;
    private readonly bool _ownsDatabase;
    private readonly IHost _host;
    private readonly StringWriter _output;

    private AuroraTestHost(TemporaryDirectory directory, TestDatabase database, bool ownsDatabase, IHost host, StringWriter output)
    {
        _directory = directory;
        _database = database;
        _ownsDatabase = ownsDatabase;
        _host = host;
        _output = output;
    }

    /// <summary>Calls the app with its function key.</summary>
    public HttpClient Client { get; } = new();

    /// <summary>Calls the app without any key, as providers do.</summary>
    public HttpClient AnonymousClient { get; } = new();

    public IServiceProvider Services => _host.Services;

    public TestDatabase Database => _database;

    /// <summary>A client of the task hub, which the app itself has only inside invocations.</summary>
    public DurableTaskClient Orchestrations => Services.GetRequiredService<DurableClientSource>().Current;

    /// <summary>What the app printed when it was ready.</summary>
    public string Output => _output.ToString();

    internal DurableEngine Engine => Services.GetRequiredService<FunctionsRuntime>().Engine;

    public static async Task<AuroraTestHost> StartAsync(Action<AuroraTestHostOptions>? configure = null)
    {
        var options = new AuroraTestHostOptions();
        configure?.Invoke(options);
        var ownsDatabase = options.Database is null;
        var database = options.Database ?? await TestDatabase.CreateAsync();
        var directory = new TemporaryDirectory();
        var output = new StringWriter();
        var builder = new FunctionsApplicationBuilder(Settings(options, database, directory, output));
        options.Before?.Invoke(builder);
        AuroraApp.Configure(builder);
        options.After?.Invoke(builder);
        var host = new AuroraTestHost(directory, database, ownsDatabase, builder.Build(), output);
        try
        {
            await host.StartAsync();
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>An instance with everything in its history, finished or not.</summary>
    internal Task<StoredInstance?> ReadInstanceAsync(string instanceId) =>
        Services.GetRequiredService<FunctionsRuntime>().Instances.ReadHistoryAsync(instanceId, CancellationToken.None);

    /// <summary>Stops the app as a signal would, and waits for the drain.</summary>
    public Task StopAsync() => _host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        AnonymousClient.Dispose();
        await _host.StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
        if (_ownsDatabase)
        {
            await _database.DisposeAsync();
        }

        _directory.Dispose();
        await _output.DisposeAsync();
    }

    private static LocalHostSettings Settings(
        AuroraTestHostOptions options, TestDatabase database, TemporaryDirectory directory, StringWriter output) => new()
        {
            Assemblies = [typeof(AuroraApp).Assembly],
            Directories = new HostDirectories(AppContext.BaseDirectory, directory.Path),
            Configuration = new Dictionary<string, string?>(options.Configuration)
            {
                ["port"] = "0",
                ["ConnectionStrings:Aurora"] = options.ConnectionString ?? database.ConnectionString,
            },
            EnvironmentName = options.EnvironmentName,
            Output = output,
            Time = options.Time,
            RunTimers = options.RunTimers,
            ConfigureEngine = options.ConfigureEngine,
            EngineCrashPoints = options.EngineCrashPoints,
        };

    private async Task StartAsync()
    {
        await _host.StartAsync();
        var runtime = Services.GetRequiredService<FunctionsRuntime>();
        Client.BaseAddress = AnonymousClient.BaseAddress = new Uri(runtime.Addresses[0]);
        Client.DefaultRequestHeaders.Add(KeyHeader, runtime.Keys!.FunctionKey);
    }
}
