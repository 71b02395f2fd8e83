namespace Microsoft.Azure.Functions.Worker;

/// <summary>What the monitor of a timer remembers.</summary>
public class ScheduleStatus
{
    /// <summary>When the timer last ran.</summary>
    public DateTime Last { get; set; }

    /// <summary>When it is expected to run next.</summary>
    public DateTime Next { get; set; }

    /// <summary>When this record was written last.</summary>
    public DateTime LastUpdated { get; set; }
}
