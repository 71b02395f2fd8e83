using System.Runtime.InteropServices;
using Aurora.LocalRuntime.Hosting.Discovery;
using Aurora.LocalRuntime.Hosting.Invocation;
using Aurora.LocalRuntime.Hosting.Startup;
using Aurora.LocalRuntime.Http;
using Aurora.LocalRuntime.Postgres;
using Aurora.LocalRuntime.Timers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aurora.LocalRuntime.Hosting;

/// <summary>
/// The app's host with what belongs around it on one machine: a database server when none is configured, up before any service of the app
/// and down after all of them, and one clear line instead of a stack when the app cannot start.
/// </summary>
internal sealed class LocalHost(IHost inner, ConfigurationManager configuration, LocalHostSettings settings, StartupProgress progress)
    : IHost, IAsyncDisposable
{
    private const string ConnectionKey = "ConnectionStrings:Aurora";
    private const string UrlKey = "DATABASE_URL";
    private EmbeddedPostgresServer? _server;

    public IServiceProvider Services => inner.Services;

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            // What can be wrong without a database is found before one is started.
            _ = Services.GetRequiredService<FunctionCatalog>();
            _ = Services.GetRequiredService<TimerHost>();
            _ = Services.GetRequiredService<HostUrls>();
            await ProvideDatabaseAsync(cancellationToken);
            await inner.StartAsync(cancellationToken);
            progress.HasStarted = true;
        }
        catch (Exception e)
        {
            await GiveUpAsync();
            StartupFailure.Report(settings, e);
            throw;
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await inner.StopAsync(cancellationToken);
        }
        finally
        {
            await StopDatabaseAsync();
        }
    }

    public void Dispose() => inner.Dispose();

    public async ValueTask DisposeAsync()
    {
        if (inner is IAsyncDisposable asyncInner)
        {
            await asyncInner.DisposeAsync();
        }
        else
        {
            inner.Dispose();
        }

        await StopDatabaseAsync();
    }

    private async Task ProvideDatabaseAsync(CancellationToken cancellation)
    {
        var inUse = Services.GetRequiredService<DatabaseInUse>();
        if (!settings.UseDatabase)
        {
            return;
        }

        if (!string.IsNullOrWhiteSpace(configuration[ConnectionKey]))
        {
            inUse.Description = $"from {ConnectionKey}";
            return;
        }

        if (!string.IsNullOrWhiteSpace(configuration[UrlKey]))
        {
            inUse.Description = $"from {UrlKey}";
            return;
        }

        using var interrupted = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var sigint = OnSignal(PosixSignal.SIGINT, interrupted);
        using var sigterm = OnSignal(PosixSignal.SIGTERM, interrupted);
        var logger = Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(EmbeddedPostgres).FullName!);
        _server = await EmbeddedPostgres.StartAsync(settings.Directories.Aurora, logger, interrupted.Token);
        configuration.AddInMemoryCollection([new(ConnectionKey, _server.ConnectionString)]);
        inUse.Description = _server.Description;
    }

    /// <summary>The host answers signals only once it has started; a first set-up of the server takes longer than that.</summary>
    private PosixSignalRegistration? OnSignal(PosixSignal signal, CancellationTokenSource interrupted) => settings.OwnsProcess
        ? PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            interrupted.Cancel();
        })
        : null;

    /// <summary>What did start is stopped, so that nothing outlives a process that could not start.</summary>
    private async Task GiveUpAsync()
    {
        try
        {
            using var limit = new CancellationTokenSource(HostDrain.Limit);
            await inner.StopAsync(limit.Token);
        }
        catch (Exception)
        {
            // The reason for not starting is the one to report; services that never started may fail to stop.
        }

        await StopDatabaseAsync();
    }

    private async Task StopDatabaseAsync()
    {
        if (Interlocked.Exchange(ref _server, null) is { } server)
        {
            await server.DisposeAsync();
        }
    }
}
