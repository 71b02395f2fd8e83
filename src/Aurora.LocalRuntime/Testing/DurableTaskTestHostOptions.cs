using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aurora.LocalRuntime.Testing;

/// <summary>How a <see cref="DurableTaskTestHost"/> is set up.</summary>
public sealed class DurableTaskTestHostOptions
{
    /// <summary>Where logs go; nowhere by default.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>Adds services that activities and orchestrator classes ask for.</summary>
    public Action<IServiceCollection>? ConfigureServices { get; set; }

    /// <summary>The clock of timers and timestamps; the system's by default.</summary>
    public TimeProvider? TimeProvider { get; set; }

    /// <summary>A PostgreSQL database to keep instances in; without one they live in memory, as long as the host.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>The same as an open data source, which stays the caller's to dispose.</summary>
    public NpgsqlDataSource? DataSource { get; set; }

    /// <summary>The task hub.</summary>
    public string HubName { get; set; } = "TestHub";

    /// <summary>
    /// Whether every turn of an orchestrator begins with a replay from history, as it does under Durable Task unless sessions are extended. On by default,
    /// so that orchestrator code sees here what it sees there; off, instances keep their coroutine between turns.
    /// </summary>
    public bool EvictAfterEveryStep { get; set; } = true;

    /// <summary>Activities that run at the same time.</summary>
    public int MaxConcurrentActivities { get; set; } = 100;
}
