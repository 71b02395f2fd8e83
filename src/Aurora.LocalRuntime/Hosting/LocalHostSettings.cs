using System.Reflection;
using Aurora.LocalRuntime.Durable;
using Aurora.LocalRuntime.Durable.Engine;
using Aurora.LocalRuntime.Durable.Storage;
using Aurora.LocalRuntime.Durable.Storage.InMemory;
using Aurora.LocalRuntime.Durable.Storage.Postgres;
using Aurora.LocalRuntime.Hosting.Startup;
using Npgsql;

namespace Aurora.LocalRuntime.Hosting;

/// <summary>How a host differs from the one a command line starts; tests set these.</summary>
internal sealed class LocalHostSettings
{
    public string[] Arguments { get; init; } = [];

    /// <summary>Where functions are looked for.</summary>
    public IReadOnlyList<Assembly> Assemblies { get; init; } = Assembly.GetEntryAssembly() is { } entry ? [entry] : [];

    /// <summary>Instead of <see cref="Assemblies"/>: the types that may hold functions.</summary>
    public IReadOnlyList<Type>? Types { get; init; }

    public HostDirectories Directories { get; init; } = HostDirectories.Find(AppContext.BaseDirectory);

    /// <summary>Settings above everything else.</summary>
    public IReadOnlyDictionary<string, string?> Configuration { get; init; } = new Dictionary<string, string?>();

    /// <summary>The environment's name; from the environment variables when not set.</summary>
    public string? EnvironmentName { get; init; }

    /// <summary>Whether the process is the app's own: it reads local.settings.json, answers signals, and ends when it cannot start.</summary>
    public bool OwnsProcess { get; init; }

    /// <summary>Where the start-up message goes.</summary>
    public TextWriter Output { get; init; } = Console.Out;

    /// <summary>Where the reason for not starting goes.</summary>
    public TextWriter Error { get; init; } = Console.Error;

    /// <summary>The clock of timers and orchestrations.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The clock of host.json's functionTimeout.</summary>
    public TimeProvider InvocationTime { get; init; } = TimeProvider.System;

    /// <summary>Changes to the durable engine's settings.</summary>
    public Action<DurableEngineOptions>? ConfigureEngine { get; init; }

    /// <summary>Where a test may stop the durable engine as if its process had died.</summary>
    public IEngineCrashPoints EngineCrashPoints { get; init; } = NoCrashPoints.Instance;

    /// <summary>Where orchestrations are kept, given the app's database if it has one.</summary>
    public Func<NpgsqlDataSource?, IInstanceStore> CreateInstanceStore { get; init; } =
        database => database is null ? new InMemoryInstanceStore() : new PostgresInstanceStore(database);

    /// <summary>Whether timer functions run on their schedules.</summary>
    public bool RunTimers { get; init; } = true;

    /// <summary>Whether a database is wanted; a host without one keeps its instances in memory.</summary>
    public bool UseDatabase { get; init; } = true;
}
