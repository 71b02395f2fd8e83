using System.Threading.Channels;
using Aurora.LocalRuntime.Hosting.Discovery;
using Aurora.LocalRuntime.Hosting.Invocation;
using Aurora.LocalRuntime.Timers;
using Aurora.TestKit;
using Aurora.TestKit.Time;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Aurora.Functions.Tests.LocalRuntime.Timers;

/// <summary>When a timer function runs, on a clock the test moves.</summary>
public sealed class TimerListenerTests : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);
    private readonly ManualTimeProvider _time = new();
    private readonly InMemoryTimerMonitorStore _monitors = new();
    private readonly Channel<(DateTime At, TimerInfo Info)> _runs = Channel.CreateUnbounded<(DateTime, TimerInfo)>();
    private readonly CancellationTokenSource _stopping = new();
    private Func<CancellationToken, Task> _body = _ => Task.CompletedTask;
    private Task _listener = Task.CompletedTask;

    private DateTime Now => _time.GetUtcNow().UtcDateTime;

    [Fact]
    public async Task Timer_ByItsSchedule_RunsOncePerTick()
    {
        Start(nameof(TimerFunctions.EverySecond));

        for (var i = 1; i <= 3; i++)
        {
            await AdvanceWhenArmedAsync(TimeSpan.FromSeconds(1));
            var run = await NextRunAsync();
            Assert.Equal(i, run.At.Second);
            Assert.False(run.Info.IsPastDue);
            Assert.Null(run.Info.ScheduleStatus);
        }
    }

    [Fact]
    public async Task Timer_StillRunningAtTheNextTicks_RunsOnceMoreAtOnceAndDropsTheRest()
    {
        var first = new TaskCompletionSource();
        _body = _ => first.Task;
        Start(nameof(TimerFunctions.EverySecond));
        await AdvanceWhenArmedAsync(TimeSpan.FromSeconds(1));
        await NextRunAsync();
        _time.Advance(TimeSpan.FromSeconds(5.5));

        _body = _ => Task.CompletedTask;
        first.SetResult();

        Assert.Equal(new DateTime(2026, 1, 5, 12, 0, 6, 500, DateTimeKind.Utc), (await NextRunAsync()).At);
        await AdvanceWhenArmedAsync(TimeSpan.FromSeconds(0.5));
        Assert.Equal(7, (await NextRunAsync()).At.Second);
        Assert.False(_runs.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Timer_ThatThrows_RunsAgainAtTheNextTick()
    {
        _body = _ => throw new InvalidOperationException("broken");
        Start(nameof(TimerFunctions.EverySecond));

        await AdvanceWhenArmedAsync(TimeSpan.FromSeconds(1));
        await NextRunAsync();
        await AdvanceWhenArmedAsync(TimeSpan.FromSeconds(1));
        await NextRunAsync();
    }

    [Fact]
    public async Task RunOnStartup_RunsAtStartAndThenByTheSchedule()
    {
        Start(nameof(TimerFunctions.OnStartup));

        var run = await NextRunAsync();

        Assert.Equal(12, run.At.Hour);
        Assert.False(run.Info.IsPastDue);
        await AdvanceWhenArmedAsync(TimeSpan.FromHours(6));
        Assert.Equal(18, (await NextRunAsync()).At.Hour);
    }

    [Fact]
    public async Task Monitor_RemembersRuns_AndTellsTheFunction()
    {
        Start(nameof(TimerFunctions.Daily));
        await AdvanceWhenArmedAsync(TimeSpan.FromHours(6));
        var first = (await NextRunAsync()).Info.ScheduleStatus!;
        await AdvanceWhenArmedAsync(TimeSpan.FromDays(1));
        var second = (await NextRunAsync()).Info.ScheduleStatus!;

        Assert.Equal((DateTime.MinValue, Day(5)), (first.Last, first.Next));
        Assert.Equal((Day(5), Day(6), Day(5)), (second.Last, second.Next, second.LastUpdated));
    }

    [Fact]
    public async Task Monitor_RunMissedWhileTheHostWasDown_RunsAtStartAsPastDue()
    {
        await _monitors.WriteAsync("Daily", new TimerMonitor(Day(3), Day(4), Day(3)), CancellationToken.None);

        Start(nameof(TimerFunctions.Daily));
        var missed = await NextRunAsync();

        Assert.Equal(Now, missed.At);
        Assert.True(missed.Info.IsPastDue);
        Assert.Equal((Day(3), Day(4)), (missed.Info.ScheduleStatus!.Last, missed.Info.ScheduleStatus.Next));
        await AdvanceWhenArmedAsync(TimeSpan.FromHours(6));
        Assert.False((await NextRunAsync()).Info.IsPastDue);
    }

    [Theory]
    [InlineData(nameof(TimerFunctions.Daily), 4)]
    [InlineData(nameof(TimerFunctions.Unmonitored), 1)]
    [InlineData(nameof(TimerFunctions.EverySecond), 1)]
    public async Task Monitor_NothingMissedOrSwitchedOff_DoesNotRunAtStart(string function, int lastRun)
    {
        await _monitors.WriteAsync(function, new TimerMonitor(Day(lastRun), Day(lastRun + 1), Day(lastRun)), CancellationToken.None);

        Start(function);
        await Eventually.BecomesTrueAsync(() => _time.NextDue is not null, "the timer is armed");

        Assert.False(_runs.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Stop_WhileTheFunctionRuns_TellsItAndWaitsForItsEnd()
    {
        var mayEnd = new TaskCompletionSource();
        var told = new TaskCompletionSource();
        _body = async cancellation =>
        {
            await using var registration = cancellation.Register(() => told.TrySetResult());
            await mayEnd.Task;
        };
        Start(nameof(TimerFunctions.Daily));
        await AdvanceWhenArmedAsync(TimeSpan.FromHours(6));
        await NextRunAsync();

        await _stopping.CancelAsync();
        await told.Task.WaitAsync(Deadline);
        Assert.False(_listener.IsCompleted);
        mayEnd.SetResult();
        await _listener.WaitAsync(Deadline);

        Assert.Equal(Day(5), (await _monitors.ReadAsync("Daily", CancellationToken.None))!.Last);
    }

    [Fact]
    public async Task Timer_LongAfterTheLongestSystemTimer_StillArrives()
    {
        Start(nameof(TimerFunctions.Yearly));

        await AdvanceWhenArmedAsync(TimeSpan.FromDays(20));
        await AdvanceWhenArmedAsync(TimeSpan.FromDays(20));
        await Eventually.BecomesTrueAsync(() => _time.NextDue is not null, "the timer is armed again");

        Assert.False(_runs.Reader.TryRead(out _));
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _listener.WaitAsync(Deadline);
        _stopping.Dispose();
    }

    private static DateTime Day(int day) => new(2026, 1, day, 18, 0, 0, DateTimeKind.Utc);

    private void Start(string name)
    {
        var function = FunctionDiscovery.Find([typeof(TimerFunctions)], new DurableClientSource()).Single(f => f.Name == name);
        var written = ((TimerTriggerAttribute)function.Trigger).Schedule;
        var schedule = TimerSchedule.Parse(name, written, new ConfigurationBuilder().Build());
        var listener = new TimerListener(function, schedule, _monitors, RunAsync, _time, NullLogger.Instance);
        _listener = Task.Run(() => listener.RunAsync(_stopping.Token));
    }

    private async Task RunAsync(TimerInfo info, CancellationToken cancellation)
    {
        var body = _body;
        _runs.Writer.TryWrite((Now, info));
        await body(cancellation);
    }

    private async Task AdvanceWhenArmedAsync(TimeSpan by)
    {
        await Eventually.BecomesTrueAsync(() => _time.NextDue is not null, "the timer is armed");
        _time.Advance(by);
    }

    private async Task<(DateTime At, TimerInfo Info)> NextRunAsync() => await _runs.Reader.ReadAsync().AsTask().WaitAsync(Deadline);

    public sealed class TimerFunctions
    {
        [Function(nameof(EverySecond))]
        public void EverySecond([TimerTrigger("* * * * * *")] TimerInfo timer)
        {
        }

        [Function(nameof(Daily))]
        public void Daily([TimerTrigger("0 0 18 * * *")] TimerInfo timer)
        {
        }

        [Function(nameof(Unmonitored))]
        public void Unmonitored([TimerTrigger("0 0 18 * * *", UseMonitor = false)] TimerInfo timer)
        {
        }

        [Function(nameof(OnStartup))]
        public void OnStartup([TimerTrigger("0 0 18 * * *", RunOnStartup = true)] TimerInfo timer)
        {
        }

        [Function(nameof(Yearly))]
        public void Yearly([TimerTrigger("0 0 0 31 12 *")] TimerInfo timer)
        {
        }
    }
}
