using Aurora.Functions.Outbox;
using Aurora.Functions.Outbox.Claiming;
using Aurora.Functions.Outbox.Draining;
using Aurora.Functions.Outbox.Recovering;
using Aurora.Functions.Platform.Time;
using Aurora.Functions.Routing;
using Aurora.Functions.Routing.Consuming;
using Aurora.Functions.Routing.Deciding;
using Aurora.Functions.Routing.Running;
using Aurora.Functions.Routing.Specialists;
using Aurora.LocalRuntime.Testing;
using Aurora.TestKit.Postgres;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Aurora.TestKit.Routing;

/// <summary>How a <see cref="RoutingWorker"/> differs from the app.</summary>
internal sealed class RoutingWorkerOptions
{
    /// <summary>The clock; the machine's by default.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>Settings beside the defaults.</summary>
    public Dictionary<string, string?> Settings { get; } = new(StringComparer.Ordinal) { ["Outbox:Linger"] = "false" };

    /// <summary>Changes registrations.</summary>
    public Action<IServiceCollection> Services { get; set; } = static _ => { };

    /// <summary>Activities that take the place of the app's, by name.</summary>
    public Dictionary<string, Func<IServiceProvider, SpecialistCall, Task<SpecialistResult>>> Specialists { get; } =
        new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The orchestrations another worker left; a new, empty engine by default.</summary>
    public DurableTaskClient? Client { get; set; }
}

/// <summary>The outbox's drain and the router on a durable engine of their own: one worker process, without HTTP and timers.</summary>
internal sealed class RoutingWorker : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly DurableTaskTestHost _host;

    private RoutingWorker(ServiceProvider services, DurableTaskTestHost host, CapturedLogs logs)
    {
        _services = services;
        _host = host;
        Logs = logs;
    }

    public CapturedLogs Logs { get; }

    public DurableTaskClient Client => _host.Client;

    public IOutboxStore Store => Get<IOutboxStore>();

    public string WorkerId => Get<OutboxWorker>().Id;

    public static async Task<RoutingWorker> StartAsync(TestDatabase database, Action<RoutingWorkerOptions>? configure = null)
    {
        var options = new RoutingWorkerOptions();
        configure?.Invoke(options);
        var logs = new CapturedLogs();
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(options.Settings).Build();
        var services = new ServiceCollection();
        services.AddSingleton(database.DataSource);
        services.AddSingleton(options.Time);
        services.AddSingleton<DatabaseClock>();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(logs));
        services.AddOutbox(configuration).AddRouting(configuration);
        services.TryAddSingleton<SafetySpecialistActivity>();
        services.TryAddSingleton<SrvSpecialistActivity>();
        services.TryAddSingleton<RecordDecisionActivity>();
        services.TryAddSingleton<FailRoutingActivity>();
        services.TryAddSingleton<TellConsumerActivity>();
        options.Services(services);
        var provider = services.BuildServiceProvider();
        var host = await DurableTaskTestHost.StartAsync(
            tasks => Register(tasks, provider, options),
            new DurableTaskTestHostOptions
            {
                TimeProvider = options.Time,
                LoggerFactory = provider.GetRequiredService<ILoggerFactory>(),
                MaxConcurrentActivities = 64,
            });
        return new RoutingWorker(provider, host, logs);
    }

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>One tick of the poll timer.</summary>
    public Task TickAsync() => Get<OutboxDrain>().RunTickAsync(_host.Client, CancellationToken.None);

    /// <summary>One sweep, whatever the poll interval says.</summary>
    public Task SweepAsync() => Get<OutboxRecovery>().SweepAsync(_host.Client, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _services.DisposeAsync();
    }

    private static void Register(DurableTaskRegistry tasks, ServiceProvider provider, RoutingWorkerOptions options)
    {
        tasks.AddOrchestratorFunc(nameof(RouteMessageOrchestrator), static context => RouteMessageOrchestrator.Run(context));
        AddSpecialist(nameof(SafetySpecialistActivity), call => provider.GetRequiredService<SafetySpecialistActivity>().Run(call, default));
        AddSpecialist(nameof(SrvSpecialistActivity), call => provider.GetRequiredService<SrvSpecialistActivity>().Run(call, default));
        foreach (var name in options.Specialists.Keys.Except([nameof(SafetySpecialistActivity), nameof(SrvSpecialistActivity)]))
        {
            AddSpecialist(name, static _ => throw new InvalidOperationException());
        }

        tasks.AddActivityFunc<DecisionDraft, DecisionOutcome>(
            nameof(RecordDecisionActivity), (_, draft) => provider.GetRequiredService<RecordDecisionActivity>().Run(draft, default));
        tasks.AddActivityFunc<RoutingFailure, bool>(
            nameof(FailRoutingActivity), (_, failure) => provider.GetRequiredService<FailRoutingActivity>().Run(failure, default));

        tasks.AddOrchestratorFunc(nameof(TellConsumerOrchestrator), static context => TellConsumerOrchestrator.Run(context));
        tasks.AddActivityFunc<TellConsumer, bool>(
            nameof(TellConsumerActivity), (_, tell) => provider.GetRequiredService<TellConsumerActivity>().Run(tell, default));

        void AddSpecialist(string name, Func<SpecialistCall, Task<SpecialistResult>> run) =>
            tasks.AddActivityFunc<SpecialistCall, SpecialistResult>(
                name, (_, call) => options.Specialists.TryGetValue(name, out var other) ? other(provider, call) : run(call));
    }
}
