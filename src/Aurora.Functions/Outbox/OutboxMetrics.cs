using System.Diagnostics.Metrics;

namespace Aurora.Functions.Outbox;

/// <summary>What the outbox measures. No tag ever carries an id.</summary>
internal static class OutboxMetrics
{
    private static readonly Meter Meter = new("Aurora.Outbox");

    /// <summary>Rows claimed.</summary>
    public static readonly Counter<long> Claimed =
        Meter.CreateCounter<long>("aurora.outbox.claimed", "{row}", "Rows claimed");

    /// <summary>Time of one claim, round trip included.</summary>
    public static readonly Histogram<double> ClaimDuration =
        Meter.CreateHistogram<double>("aurora.outbox.claim.duration", "ms", "Time of one claim");

    /// <summary>Marks by outcome: completed, failed, dead, stale.</summary>
    public static readonly Counter<long> Marked =
        Meter.CreateCounter<long>("aurora.outbox.marked", "{row}", "Rows marked, by outcome");

    /// <summary>Time from acceptance to the mark that finished the row.</summary>
    public static readonly Histogram<double> Age =
        Meter.CreateHistogram<double>("aurora.outbox.age", "ms", "Time from acceptance to completion");

    /// <summary>Leases recovered, by reason: expired, gone, extended.</summary>
    public static readonly Counter<long> Recovered =
        Meter.CreateCounter<long>("aurora.outbox.recovered", "{row}", "Rows whose lease was recovered, by reason");

    /// <summary>Keys mended, by reason: lost, broken.</summary>
    public static readonly Counter<long> Repaired =
        Meter.CreateCounter<long>("aurora.outbox.repaired", "{key}", "Keys mended after a change by hand, by reason");

    /// <summary>Rows purged.</summary>
    public static readonly Counter<long> Purged =
        Meter.CreateCounter<long>("aurora.outbox.purged", "{row}", "Finished rows deleted");

    private static double _oldestWaitingSeconds;
    private static long _waitingKeys;
    private static long _deadRows;

    static OutboxMetrics()
    {
        Meter.CreateObservableGauge("aurora.outbox.oldest_waiting", () => Volatile.Read(ref _oldestWaitingSeconds), "s", "Age of the oldest unfinished row");
        Meter.CreateObservableGauge("aurora.outbox.keys", () => Volatile.Read(ref _waitingKeys), "{key}", "Keys with unfinished rows");
        Meter.CreateObservableGauge("aurora.outbox.dead", () => Volatile.Read(ref _deadRows), "{row}", "Rows that wait for an operator");
    }

    /// <summary>Takes over the figures of the last look at the backlog.</summary>
    public static void Backlog(OutboxBacklog backlog, DateTimeOffset now)
    {
        Volatile.Write(ref _oldestWaitingSeconds, backlog.OldestWaiting is { } oldest ? Math.Max(0, (now - oldest).TotalSeconds) : 0);
        Volatile.Write(ref _waitingKeys, backlog.Keys);
        Volatile.Write(ref _deadRows, backlog.Dead);
    }
}
