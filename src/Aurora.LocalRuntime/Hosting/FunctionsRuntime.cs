using Aurora.LocalRuntime.Http;
using Aurora.LocalRuntime.Timers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
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
    private readonly ILogger _logger = loggers.CreateLogger<FunctionsRuntime>();
    private FunctionHttpServer? _http;

    /// <summary>Where HTTP functions are reached; empty when there are none.</summary>
    public IReadOnlyList<string> Addresses => _http?.Addresses ?? [];

    public FunctionKeys? Keys { get; private set; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var database = settings.UseDatabase ? services.GetService<NpgsqlDataSource>() : null;
        if (settings.RunTimers)
        {
            timers.Start(await MonitorsAsync(database, cancellationToken));
        }

        if (catalog.Http.Count > 0)
        {
            await StartHttpAsync(cancellationToken);
        }

        services.GetRequiredService<StartupMessage>().Write(this);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _logger.Draining();
        var http = _http?.StopAsync(cancellationToken) ?? Task.CompletedTask;
        await drain.BeginAsync();
        await timers.StopAsync(cancellationToken);
        await http;
    }

    public ValueTask DisposeAsync()
    {
        _http?.Dispose();
        return ValueTask.CompletedTask;
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
