namespace Aurora.LocalRuntime.Timers;

/// <summary>What is remembered about a timer over restarts.</summary>
internal sealed record TimerMonitor(DateTime Last, DateTime Next, DateTime Updated);
