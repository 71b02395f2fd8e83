using System.Collections.Concurrent;
using Aurora.LocalRuntime.Durable.Storage.InMemory;
using Aurora.LocalRuntime.Testing;
using Aurora.TestKit.Postgres;

namespace Aurora.TestKit.Durable.Patterns;

/// <summary>The kinds of host every pattern suite runs on.</summary>
public static class PatternHosts
{
    // A memory that outlives its host, for the tests that start a second one on the same hub.
    private static readonly ConcurrentDictionary<string, InMemoryInstanceStore> Memories = new(StringComparer.Ordinal);

    /// <summary>Instances in memory.</summary>
    /// <param name="replayed">Whether every step begins with a replay from history.</param>
    public static StartPatternHost InMemory(bool replayed)
        => async (tasks, options) =>
        {
            var store = options.Hub is { } hub ? Memories.GetOrAdd(hub, static _ => new InMemoryInstanceStore()) : new InMemoryInstanceStore();
            var host = await DurableTaskTestHost.StartAsync(tasks, For(options, replayed), store, configure: null, CancellationToken.None);
            return new PatternHost(host.Client, host.Services, host);
        };

    /// <summary>Instances on PostgreSQL, each host in a task hub of its own unless it is given one.</summary>
    /// <param name="fixture">The database.</param>
    /// <param name="replayed">Whether every step begins with a replay from history.</param>
    public static StartPatternHost Postgres(DatabaseFixture fixture, bool replayed)
        => async (tasks, options) =>
        {
            var hostOptions = For(options, replayed);
            hostOptions.DataSource = fixture.Database.DataSource;
            var host = await DurableTaskTestHost.StartAsync(tasks, hostOptions);
            return new PatternHost(host.Client, host.Services, host);
        };

    private static DurableTaskTestHostOptions For(PatternHostOptions options, bool replayed) => new()
    {
        ConfigureServices = options.ConfigureServices,
        LoggerFactory = options.LoggerFactory,
        EvictAfterEveryStep = replayed,
        HubName = options.Hub ?? $"hub{Guid.CreateVersion7():N}",
    };
}
