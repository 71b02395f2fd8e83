using Aurora.LocalRuntime.Hosting;
using Aurora.LocalRuntime.Hosting.Discovery;
using Aurora.LocalRuntime.Hosting.Invocation;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Aurora.LocalRuntime.Timers;

/// <summary>All timer functions of the app.</summary>
internal sealed class TimerHost
{
    private readonly IReadOnlyList<(Function Function, TimerSchedule Schedule)> _timers;
    private readonly FunctionExecutor _executor;
    private readonly HostDrain _drain;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private Task _running = Task.CompletedTask;

    public TimerHost(
        FunctionCatalog catalog,
        IConfiguration configuration,
        FunctionExecutor executor,
        HostDrain drain,
        TimeProvider time,
        ILoggerFactory loggers)
    {
        _timers = [.. catalog.Functions.Where(f => f.Kind == FunctionKind.Timer).Select(f =>
            (f, TimerSchedule.Parse(f.Name, ((TimerTriggerAttribute)f.Trigger).Schedule, configuration)))];
        _executor = executor;
        _drain = drain;
        _time = time;
        _logger = loggers.CreateLogger<TimerHost>();
    }

    public IEnumerable<(string Function, string Schedule)> Schedules => _timers.Select(t => (t.Function.Name, t.Schedule.Text));

    public void Start(ITimerMonitorStore monitors)
    {
        var stopping = _drain.TokenFor(FunctionKind.Timer);
        _running = Task.WhenAll(_timers.Select(timer => Task.Run(
            () => new TimerListener(
                timer.Function,
                timer.Schedule,
                monitors,
                (info, cancellation) => _executor.RunAsync(timer.Function, info, cancellation),
                _time,
                _logger).RunAsync(stopping),
            CancellationToken.None)));
    }

    /// <summary>Ends when the last run has ended; the drain has told them to.</summary>
    public async Task StopAsync(CancellationToken cancellation)
    {
        try
        {
            await _running.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            _logger.DidNotStop("a timer function");
        }
    }
}
