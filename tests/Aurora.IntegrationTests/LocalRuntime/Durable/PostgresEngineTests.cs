using Aurora.LocalRuntime.Testing;
using Aurora.TestKit.Durable;
using Aurora.TestKit.Postgres;
using Microsoft.DurableTask;
using Xunit;

namespace Aurora.IntegrationTests.LocalRuntime.Durable;

/// <summary>Instances kept between steps.</summary>
public sealed class PostgresEngineTests(DatabaseFixture fixture) : PostgresEngineSemantics(fixture, replayed: false);

/// <summary>Every step begins with a replay.</summary>
public sealed class PostgresReplayingEngineTests(DatabaseFixture fixture) : PostgresEngineSemantics(fixture, replayed: true);

/// <summary>The engine's semantics on PostgreSQL, a hub of its own for every host.</summary>
public abstract class PostgresEngineSemantics(DatabaseFixture fixture, bool replayed) : EngineSemantics, IClassFixture<DatabaseFixture>
{
    protected override Task<DurableTaskTestHost> StartAsync(Action<DurableTaskRegistry> tasks, Action<DurableTaskTestHostOptions>? configure = null)
    {
        var options = new DurableTaskTestHostOptions
        {
            EvictAfterEveryStep = replayed,
            DataSource = fixture.Database.DataSource,
            HubName = Guid.CreateVersion7().ToString("N"),
        };
        configure?.Invoke(options);
        return DurableTaskTestHost.StartAsync(tasks, options, Deadline);
    }
}
