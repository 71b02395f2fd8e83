using Aurora.LocalRuntime.Timers;
using Aurora.TestKit.Postgres;
using Aurora.TestKit.Timers;
using Xunit;

namespace Aurora.IntegrationTests.LocalRuntime.Timers;

public sealed class PostgresTimerMonitorStoreTests(DatabaseFixture fixture) : TimerMonitorStoreCompliance, IClassFixture<DatabaseFixture>
{
    [Fact]
    public async Task Write_OfAnotherHub_IsNotSeen()
    {
        var mine = await PreparedAsync("mine");
        var other = await PreparedAsync("other");
        var now = new DateTime(2026, 1, 5, 12, 0, 0, DateTimeKind.Utc);

        await mine.WriteAsync("Cycle", new TimerMonitor(now, now, now), CancellationToken.None);

        Assert.Null(await other.ReadAsync("Cycle", CancellationToken.None));
    }

    private protected override async Task<ITimerMonitorStore> CreateStoreAsync() => await PreparedAsync($"hub-{Guid.NewGuid():N}");

    private async Task<PostgresTimerMonitorStore> PreparedAsync(string hub)
    {
        var store = new PostgresTimerMonitorStore(fixture.Database.DataSource, hub);
        await store.PrepareAsync(CancellationToken.None);
        return store;
    }
}
