using Aurora.LocalRuntime.Hosting;
using Aurora.LocalRuntime.Hosting.Discovery;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Aurora.LocalRuntime.Timers;

/// <summary>
/// Runs one timer function: one run at a time. A tick that comes while the function still runs is taken right after it; further ticks that
/// passed meanwhile are dropped.
/// </summary>
internal sealed class TimerListener(
    Function function,
    TimerSchedule schedule,
    ITimerMonitorStore monitors,
    Func<TimerInfo, CancellationToken, Task> run,
    TimeProvider time,
    ILogger logger)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(20);

    /// <summary>What is remembered of the timer; <see langword="null"/> for one that is not monitored.</summary>
    private TimerMonitor? _monitor;

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    /// <summary>Runs until the token is cancelled, and then until the run under way has ended.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var trigger = (TimerTriggerAttribute)function.Trigger;
        var missed = trigger.UseMonitor && !schedule.IsFrequent(Now) && await ReadMonitorAsync(stopping);
        if (missed || trigger.RunOnStartup)
        {
            await TickAsync(Now, missed, stopping);
        }

        var due = schedule.Next(Now);
        logger.TimerScheduled(function.Name, due);
        while (await ArrivesAsync(due, stopping))
        {
            await TickAsync(due, isPastDue: false, stopping);
            var (next, now) = (schedule.Next(due), Now);
            due = next > now ? next : now;
        }
    }

    private async Task<bool> ArrivesAsync(DateTime due, CancellationToken stopping)
    {
        try
        {
            while (due - Now is var wait && wait > TimeSpan.Zero)
            {
                await Task.Delay(wait < LongestWait ? wait : LongestWait, time, stopping);
            }

            return !stopping.IsCancellationRequested;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task TickAsync(DateTime due, bool isPastDue, CancellationToken stopping)
    {
        var info = new TimerInfo
        {
            IsPastDue = isPastDue,
            ScheduleStatus = _monitor is null
                ? null
                : new ScheduleStatus { Last = _monitor.Last, Next = _monitor.Next, LastUpdated = _monitor.Updated },
        };
        try
        {
            await run(info, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return;
        }
        catch (Exception e)
        {
            logger.TimerFailed(e, function.Name);
        }

        if (_monitor is not null)
        {
            await WriteMonitorAsync(new TimerMonitor(due, schedule.Next(due), Now));
        }
    }

    /// <summary>Says whether a run was missed while no host was there.</summary>
    private async Task<bool> ReadMonitorAsync(CancellationToken stopping)
    {
        var now = Now;
        var fresh = new TimerMonitor(DateTime.SpecifyKind(default, DateTimeKind.Utc), schedule.Next(now), now);
        try
        {
            _monitor = await monitors.ReadAsync(function.Name, stopping);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            logger.TimerMonitorFailed(e, function.Name);
        }

        if (_monitor is null)
        {
            await WriteMonitorAsync(fresh);
            return false;
        }

        // The schedule may have changed since: what counts is when the present one would have run.
        var expected = schedule.Next(_monitor.Updated);
        if (expected >= now)
        {
            return false;
        }

        logger.TimerPastDue(function.Name, expected);
        return true;
    }

    /// <summary>Not cancelled by a shutdown: a run that is done must be remembered, or the next start repeats it.</summary>
    private async Task WriteMonitorAsync(TimerMonitor monitor)
    {
        _monitor = monitor;
        try
        {
            await monitors.WriteAsync(function.Name, monitor, CancellationToken.None);
        }
        catch (Exception e)
        {
            logger.TimerMonitorFailed(e, function.Name);
        }
    }
}
