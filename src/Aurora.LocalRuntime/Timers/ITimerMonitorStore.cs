namespace Aurora.LocalRuntime.Timers;

/// <summary>Remembers timers over restarts. Writing is last-wins: one process owns a hub's timers at a time.</summary>
internal interface ITimerMonitorStore
{
    /// <summary>What was written last, or <see langword="null"/> when nothing was.</summary>
    Task<TimerMonitor?> ReadAsync(string function, CancellationToken cancellation);

    /// <summary>Replaces what is remembered; after a crash in the middle the old value stands.</summary>
    Task WriteAsync(string function, TimerMonitor monitor, CancellationToken cancellation);
}
