using Aurora.Functions.Platform.Time;
using Aurora.TestKit.Time;
using Npgsql;
using Xunit;

namespace Aurora.Functions.Tests.Platform.Time;

public sealed class DatabaseClockTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly DatabaseClock _clock;

    public DatabaseClockTests() => _clock = new DatabaseClock(_time, NpgsqlDataSource.Create("Host=nowhere"));

    [Fact]
    public void UtcNow_NotMeasuredYet_IsTheAppsClockInMicroseconds()
    {
        _time.Advance(TimeSpan.FromTicks(15));

        Assert.Equal(_time.GetUtcNow().AddTicks(-5), _clock.UtcNow);
    }

    [Fact]
    public void NextOrdered_ClockStandsStill_GrowsByAMicrosecond()
    {
        var first = _clock.NextOrdered();

        Assert.Equal(first.AddMicroseconds(1), _clock.NextOrdered());
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(first.AddSeconds(1), _clock.NextOrdered());
    }

    [Fact]
    public async Task NextOrdered_ManyThreads_NeverTwice()
    {
        var all = await Task.WhenAll(Enumerable.Range(0, 4).Select(
            _ => Task.Run(() => Enumerable.Range(0, 1000).Select(_ => _clock.NextOrdered()).ToArray())));

        Assert.Equal(4000, all.SelectMany(times => times).Distinct().Count());
        Assert.All(all, times => Assert.Equal(times.Order(), times));
    }
}
