using Aurora.LocalRuntime.Durable;
using Aurora.LocalRuntime.Durable.History;
using Aurora.LocalRuntime.Durable.Storage;
using Aurora.LocalRuntime.Durable.Storage.InMemory;
using Aurora.LocalRuntime.Durable.Storage.Postgres;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Aurora.LocalRuntime.Testing;

/// <summary>
/// Runs orchestrators and activities given ad hoc, on the same engine the app runs on, so that tests written for Durable Task run against it
/// as they are.
/// </summary>
public sealed class DurableTaskTestHost : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly DurableEngine _engine;
    private readonly IInstanceStore _store;

    private DurableTaskTestHost(ServiceProvider services, DurableEngine engine, IInstanceStore store)
    {
        _services = services;
        _engine = engine;
        _store = store;
        Client = engine.CreateClient();
    }

    /// <summary>Starts, watches and steers instances.</summary>
    public DurableTaskClient Client { get; }

    /// <summary>The services activities and orchestrator classes are built from.</summary>
    public IServiceProvider Services => _services;

    /// <summary>The engine behind the host.</summary>
    internal DurableEngine Engine => _engine;

    /// <summary>Starts a host with the given orchestrators and activities.</summary>
    /// <param name="tasks">Adds orchestrators and activities.</param>
    /// <param name="options">How the host is set up; in memory and on the system's clock by default.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <returns>A running host.</returns>
    public static async Task<DurableTaskTestHost> StartAsync(
        Action<DurableTaskRegistry> tasks, DurableTaskTestHostOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        options ??= new DurableTaskTestHostOptions();
        return await StartAsync(tasks, options, CreateStore(options), configure: null, cancellationToken);
    }

    /// <summary>An instance's history, oldest first; empty when there is no such instance.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="cancellationToken">Gives up reading.</param>
    /// <returns>Events and requests in order.</returns>
    public async Task<IReadOnlyList<HistoryEntry>> GetHistoryAsync(string instanceId, CancellationToken cancellationToken = default)
    {
        var stored = await _store.ReadHistoryAsync(instanceId, cancellationToken);
        return stored is null ? [] : [.. stored.Turns.SelectMany(static (turn, number) => Describe(number, turn))];
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        await _store.DisposeAsync();
        await _services.DisposeAsync();
    }

    /// <summary>Starts a host on a given store, with a say in the engine's options.</summary>
    internal static async Task<DurableTaskTestHost> StartAsync(
        Action<DurableTaskRegistry> tasks,
        DurableTaskTestHostOptions options,
        IInstanceStore store,
        Func<DurableEngineOptions, Durable.Engine.IEngineCrashPoints?>? configure,
        CancellationToken cancellationToken)
    {
        var loggers = options.LoggerFactory ?? NullLoggerFactory.Instance;
        var services = new ServiceCollection();
        services.AddSingleton(loggers);
        services.AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        options.ConfigureServices?.Invoke(services);
        var provider = services.BuildServiceProvider();

        var registry = new DurableTaskRegistry();
        tasks(registry);
        var engineOptions = new DurableEngineOptions
        {
            HubName = options.HubName,
            EvictAfterEveryStep = options.EvictAfterEveryStep,
            MaxConcurrentActivities = options.MaxConcurrentActivities,
            ListsAlwaysCarryPayloads = true,
            AcceptsAnyDedupeStatuses = true,
        };
        var crashPoints = configure?.Invoke(engineOptions);
        var code = new RegistryTaskCode(registry, provider, loggers, engineOptions.DataConverter);
        var engine = new DurableEngine(code, store, engineOptions, options.TimeProvider ?? TimeProvider.System, loggers)
        {
            CrashPoints = crashPoints ?? Durable.Engine.NoCrashPoints.Instance,
        };
        try
        {
            await engine.StartAsync(cancellationToken);
        }
        catch
        {
            await store.DisposeAsync();
            await provider.DisposeAsync();
            throw;
        }

        return new DurableTaskTestHost(provider, engine, store);
    }

    private static IInstanceStore CreateStore(DurableTaskTestHostOptions options) =>
        options.DataSource is not null ? new PostgresInstanceStore(options.DataSource)
        : options.ConnectionString is not null ? new PostgresInstanceStore(NpgsqlDataSource.Create(options.ConnectionString), ownsDataSource: true)
        : new InMemoryInstanceStore();

    private static IEnumerable<HistoryEntry> Describe(int number, Turn turn)
    {
        foreach (var item in turn.Events)
        {
            int? taskId = item.Kind is HistoryEventKind.TaskCompleted or HistoryEventKind.TaskFailed or HistoryEventKind.TimerFired ? item.TaskId : null;
            yield return new HistoryEntry(number, item.Kind.ToString(), item.Name, taskId, item.Payload ?? item.Failure?.ToString());
        }

        foreach (var action in turn.Actions)
        {
            yield return new HistoryEntry(number, action.Kind.ToString(), action.Name, action.TaskId, action.Input);
        }
    }
}
