using System.Text.Json;
using Aurora.LocalRuntime.Durable;
using Aurora.LocalRuntime.Durable.Storage;
using Aurora.LocalRuntime.Hosting.Discovery;
using Aurora.LocalRuntime.Hosting.Invocation;
using Aurora.LocalRuntime.Hosting.Startup;
using Aurora.LocalRuntime.Http;
using Aurora.LocalRuntime.Timers;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Aurora.LocalRuntime.Hosting;

/// <summary>Starts what calls functions: the durable engine, timers, HTTP; and stops it in the opposite order.</summary>
internal sealed class FunctionsRuntime(
    IServiceProvider services,
    LocalHostSettings settings,
    HostJson hostJson,
    FunctionCatalog catalog,
    FunctionExecutor executor,
    HostDrain drain,
    TimerHost timers,
    ILoggerFactory loggers) : IHostedService, IAsyncDisposable
{
    private static readonly TimeSpan TriggersEnd = TimeSpan.FromSeconds(5);
    private readonly ILogger _logger = loggers.CreateLogger<FunctionsRuntime>();
    private FunctionHttpServer? _http;
    private DurableEngine? _engine;
    private IInstanceStore? _instances;
    private bool _isReady;

    /// <summary>Where HTTP functions are reached; empty when there are none.</summary>
    public IReadOnlyList<string> Addresses => _http?.Addresses ?? [];

    public FunctionKeys? Keys { get; private set; }

    public DurableEngine Engine => _engine ?? throw new InvalidOperationException("The durable engine is not running.");

    /// <summary>Where the engine keeps its instances, for tests that read histories.</summary>
    public IInstanceStore Instances => _instances ?? throw new InvalidOperationException("The durable engine is not running.");

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var database = settings.UseDatabase ? services.GetService<NpgsqlDataSource>() : null;
        await StartEngineAsync(database, cancellationToken);
        if (settings.RunTimers)
        {
            timers.Start(await MonitorsAsync(database, cancellationToken));
        }

        if (catalog.Http.Count > 0)
        {
            await StartHttpAsync(cancellationToken);
        }

        _isReady = true;
        services.GetRequiredService<StartupMessage>().Write(this);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_engine is null)
        {
            return;
        }

        if (_isReady)
        {
            _logger.Draining();
        }

        await StopTriggersAsync(cancellationToken);
        await _engine.StopAsync(cancellationToken);
        services.GetRequiredService<DurableClientSource>().Set(null);
    }

    public async ValueTask DisposeAsync()
    {
        _http?.Dispose();
        if (_engine is not null)
        {
            await _engine.DisposeAsync();
        }

        if (_instances is not null)
        {
            await _instances.DisposeAsync();
        }
    }

    /// <summary>Triggers leave the engine time to write what its running work came to.</summary>
    private async Task StopTriggersAsync(CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TriggersEnd);
        var http = _http?.StopAsync(limit.Token) ?? Task.CompletedTask;
        await drain.BeginAsync();
        await timers.StopAsync(limit.Token);
        try
        {
            await http;
        }
        catch (OperationCanceledException)
        {
            _logger.DidNotStop("an HTTP request");
        }
    }

    private async Task StartEngineAsync(NpgsqlDataSource? database, CancellationToken cancellation)
    {
        var options = new DurableEngineOptions
        {
            HubName = hostJson.HubName,
            DataConverter = new JsonDataConverter(services.GetRequiredService<IOptions<JsonSerializerOptions>>().Value),
        };
        options.MaxConcurrentActivities = hostJson.MaxConcurrentActivities ?? options.MaxConcurrentActivities;
        options.MaxConcurrentOrchestrators = hostJson.MaxConcurrentOrchestrators ?? options.MaxConcurrentOrchestrators;
        settings.ConfigureEngine?.Invoke(options);
        var code = new FunctionTaskCode(catalog.Functions, executor, options.DataConverter);
        _instances = settings.CreateInstanceStore(database);
        _engine = new DurableEngine(code, _instances, options, settings.Time, loggers) { CrashPoints = settings.EngineCrashPoints };
        await _engine.StartAsync(cancellation);
        services.GetRequiredService<DurableClientSource>().Set(_engine.CreateClient());
    }

    private async Task<ITimerMonitorStore> MonitorsAsync(NpgsqlDataSource? database, CancellationToken cancellation)
    {
        if (database is null)
        {
            return new InMemoryTimerMonitorStore();
        }

        var store = new PostgresTimerMonitorStore(database, hostJson.HubName);
        await store.PrepareAsync(cancellation);
        return store;
    }

    private async Task StartHttpAsync(CancellationToken cancellation)
    {
        if (!services.GetRequiredService<HostFeatures>().HasAspNetCore)
        {
            throw new HostStartupException("HTTP functions take HttpRequest only after builder.ConfigureFunctionsWebApplication().");
        }

        Keys = services.GetRequiredService<FunctionKeyFile>().ReadOrCreate();
        var limits = services.GetRequiredService<RequestLimits>();
        var pipeline = FunctionRoutes.Build(
            services,
            catalog.Http,
            hostJson.RoutePrefix,
            function => new FunctionEndpoint(function, executor, Keys, limits, _logger));
        _http = new FunctionHttpServer(services, pipeline, services.GetRequiredService<HostUrls>(), loggers);
        await _http.StartAsync(cancellation);
    }
}
