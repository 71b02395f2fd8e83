namespace Microsoft.Azure.Functions.Worker;

/// <summary>What a timer function is told about the run.</summary>
public class TimerInfo
{
    /// <summary>The schedule's monitor, or <see langword="null"/> when the timer is not monitored.</summary>
    public ScheduleStatus? ScheduleStatus { get; set; }

    /// <summary>Whether the run is later than the schedule says.</summary>
    public bool IsPastDue { get; set; }
}
