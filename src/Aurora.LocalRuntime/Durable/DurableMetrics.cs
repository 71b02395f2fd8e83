using System.Diagnostics.Metrics;

namespace Aurora.LocalRuntime.Durable;

/// <summary>What the engine's writer reports; the tag <c>hub</c> names the task hub.</summary>
internal static class DurableMetrics
{
    private static readonly Meter Meter = new("Aurora.LocalRuntime");

    /// <summary>Turns per commit.</summary>
    public static readonly Histogram<int> CommitTurns =
        Meter.CreateHistogram<int>("aurora.local.commit.turns", "{turn}", "Turns that shared a commit");

    /// <summary>Wait of the oldest turn of each commit.</summary>
    public static readonly Histogram<double> CommitWait =
        Meter.CreateHistogram<double>("aurora.local.commit.wait", "ms", "Wait of the oldest turn of a commit");

    /// <summary>Time of a commit, while the store is away too.</summary>
    public static readonly Histogram<double> CommitDuration =
        Meter.CreateHistogram<double>("aurora.local.commit.duration", "ms", "Time of a commit, repetitions included");

    /// <summary>Batches written turn by turn.</summary>
    public static readonly Counter<long> CommitsSplit =
        Meter.CreateCounter<long>("aurora.local.commit.split", "{batch}", "Batches refused as a whole and written turn by turn");
}
