using Aurora.TestKit.Time;
using Xunit;

namespace Aurora.Functions.Tests.TestKit;

public sealed class ManualTimeProviderTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly List<(string Name, TimeSpan At)> _fired = [];

    [Fact]
    public void Advance_SeveralTimers_FireInOrderAtTheirTimes()
    {
        using var late = Timer("late", 30, 0);
        using var often = Timer("often", 10, 10);
        using var tie = Timer("tie", 30, 0);

        _time.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal(["often@10", "often@20", "late@30", "tie@30", "often@30"], Fired());
        Assert.Equal(_time.GetUtcNow().AddSeconds(10), _time.NextDue);
    }

    [Fact]
    public void Advance_DisposedOrStoppedTimers_DoNotFire()
    {
        Timer("disposed", 10, 0).Dispose();
        using var stopped = Timer("stopped", 10, 0);
        stopped.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        _time.Advance(TimeSpan.FromDays(30));

        Assert.Empty(_fired);
        Assert.Null(_time.NextDue);
    }

    [Fact]
    public void CancellationAfterATime_OnTheClock_ComesWhenItIsMoved()
    {
        using var source = new CancellationTokenSource(TimeSpan.FromDays(30), _time);
        _time.Advance(TimeSpan.FromDays(29));
        Assert.False(source.IsCancellationRequested);

        _time.Advance(TimeSpan.FromDays(1));

        Assert.True(source.IsCancellationRequested);
        Assert.Equal(TimeSpan.FromDays(30), _time.GetElapsedTime(0));
    }

    private ITimer Timer(string name, int due, int period) => _time.CreateTimer(
        _ => _fired.Add((name, _time.GetElapsedTime(0))),
        null,
        TimeSpan.FromSeconds(due),
        period == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(period));

    private IEnumerable<string> Fired() => _fired.Select(f => FormattableString.Invariant($"{f.Name}@{f.At.TotalSeconds}"));
}
