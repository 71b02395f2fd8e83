using Aurora.LocalRuntime.Testing;
using Aurora.TestKit.Postgres;
using Microsoft.DurableTask;

namespace Aurora.TestKit.Durable.Patterns;

/// <summary>The kinds of host every pattern suite runs on.</summary>
public static class PatternHosts
{
    /// <summary>Instances in memory.</summary>
    /// <param name="replayed">Whether every step begins with a replay from history.</param>
    public static StartPatternHost InMemory(bool replayed)
        => (tasks, options) => StartAsync(tasks, new DurableTaskTestHostOptions
        {
            ConfigureServices = options.ConfigureServices,
            LoggerFactory = options.LoggerFactory,
            EvictAfterEveryStep = replayed,
        });

    /// <summary>Instances on PostgreSQL, each host in a task hub of its own.</summary>
    /// <param name="fixture">The database.</param>
    /// <param name="replayed">Whether every step begins with a replay from history.</param>
    public static StartPatternHost Postgres(DatabaseFixture fixture, bool replayed)
        => (tasks, options) => StartAsync(tasks, new DurableTaskTestHostOptions
        {
            ConfigureServices = options.ConfigureServices,
            LoggerFactory = options.LoggerFactory,
            EvictAfterEveryStep = replayed,
            DataSource = fixture.Database.DataSource,
            HubName = $"hub{Guid.CreateVersion7():N}",
        });

    private static async Task<PatternHost> StartAsync(
        Action<DurableTaskRegistry> tasks, DurableTaskTestHostOptions options)
    {
        var host = await DurableTaskTestHost.StartAsync(tasks, options);
        return new PatternHost(host.Client, host.Services, host);
    }
}
