using System.Collections.Concurrent;

namespace Aurora.LocalRuntime.Timers;

/// <summary>Remembers timers as long as the process lives.</summary>
internal sealed class InMemoryTimerMonitorStore : ITimerMonitorStore
{
    private readonly ConcurrentDictionary<string, TimerMonitor> _monitors = new(StringComparer.OrdinalIgnoreCase);

    public Task<TimerMonitor?> ReadAsync(string function, CancellationToken cancellation) =>
        Task.FromResult(_monitors.GetValueOrDefault(function));

    public Task WriteAsync(string function, TimerMonitor monitor, CancellationToken cancellation)
    {
        _monitors[function] = monitor;
        return Task.CompletedTask;
    }
}
