using Aurora.LocalRuntime.Timers;
using Xunit;

namespace Aurora.TestKit.Timers;

/// <summary>What every store of timer monitors keeps to.</summary>
public abstract class TimerMonitorStoreCompliance
{
    private static readonly DateTime Noon = new(2026, 1, 5, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public async Task Read_NothingWritten_IsNull()
    {
        var store = await CreateStoreAsync();

        Assert.Null(await store.ReadAsync("Unknown", CancellationToken.None));
    }

    [Fact]
    public async Task Read_AfterWrites_IsTheLastOneWhateverTheCaseOfTheName()
    {
        var store = await CreateStoreAsync();
        var last = new TimerMonitor(Noon, Noon.AddHours(1), Noon.AddSeconds(2));

        await store.WriteAsync("Cycle", new TimerMonitor(Noon.AddHours(-1), Noon, Noon), CancellationToken.None);
        await store.WriteAsync("cycle", last, CancellationToken.None);

        Assert.Equal(last, await store.ReadAsync("CYCLE", CancellationToken.None));
    }

    [Fact]
    public async Task Read_TimerThatNeverRan_KeepsTheBeginningOfTime()
    {
        var store = await CreateStoreAsync();
        var fresh = new TimerMonitor(DateTime.SpecifyKind(default, DateTimeKind.Utc), Noon, Noon);

        await store.WriteAsync("Fresh", fresh, CancellationToken.None);

        Assert.Equal(fresh, await store.ReadAsync("Fresh", CancellationToken.None));
    }

    private protected abstract Task<ITimerMonitorStore> CreateStoreAsync();
}
