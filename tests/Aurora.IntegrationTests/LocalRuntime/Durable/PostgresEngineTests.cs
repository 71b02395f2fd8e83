using Aurora.LocalRuntime.Testing;
using Aurora.TestKit.Durable;
using Aurora.TestKit.Postgres;
using Microsoft.DurableTask;
using Xunit;

namespace Aurora.IntegrationTests.LocalRuntime.Durable;

public sealed class PostgresEngineTests(DatabaseFixture fixture) : EngineSemantics, IClassFixture<DatabaseFixture>
{
    protected override Task<DurableTaskTestHost> StartAsync(Action<DurableTaskRegistry> tasks, Action<DurableTaskTestHostOptions>? configure = null)
    {
        var options = new DurableTaskTestHostOptions
        {
            EvictAfterEveryStep = false,
            DataSource = fixture.Database.DataSource,
            HubName = Guid.CreateVersion7().ToString("N"),
        };
        configure?.Invoke(options);
        return DurableTaskTestHost.StartAsync(tasks, options, Deadline);
    }
}

public sealed class PostgresReplayingEngineTests(DatabaseFixture fixture) : EngineSemantics, IClassFixture<DatabaseFixture>
{
    protected override Task<DurableTaskTestHost> StartAsync(Action<DurableTaskRegistry> tasks, Action<DurableTaskTestHostOptions>? configure = null)
    {
        var options = new DurableTaskTestHostOptions
        {
            EvictAfterEveryStep = true,
            DataSource = fixture.Database.DataSource,
            HubName = Guid.CreateVersion7().ToString("N"),
        };
        configure?.Invoke(options);
        return DurableTaskTestHost.StartAsync(tasks, options, Deadline);
    }
}
