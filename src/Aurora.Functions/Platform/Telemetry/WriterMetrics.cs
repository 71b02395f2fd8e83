using System.Diagnostics.Metrics;

namespace Aurora.Functions.Platform.Telemetry;

/// <summary>What the micro-batching writers report; the tag <c>writer</c> names which one.</summary>
internal static class WriterMetrics
{
    private static readonly Meter Meter = new("Aurora.Platform");

    /// <summary>Items per commit.</summary>
    public static readonly Histogram<int> BatchSize =
        Meter.CreateHistogram<int>("aurora.platform.writer.batch_size", "{item}", "Items that shared a commit");

    /// <summary>Wait of the oldest item of each batch.</summary>
    public static readonly Histogram<double> Wait =
        Meter.CreateHistogram<double>("aurora.platform.writer.wait", "ms", "Wait of the oldest item of a batch");

    /// <summary>Time of a batch, retries included.</summary>
    public static readonly Histogram<double> Duration =
        Meter.CreateHistogram<double>("aurora.platform.writer.duration", "ms", "Time of a batch, retries included");

    /// <summary>Items that failed.</summary>
    public static readonly Counter<long> Failed =
        Meter.CreateCounter<long>("aurora.platform.writer.failed", "{item}", "Items whose write failed");

    /// <summary>Items refused because the queue was full.</summary>
    public static readonly Counter<long> Refused =
        Meter.CreateCounter<long>("aurora.platform.writer.refused", "{item}", "Items refused by a full queue");

    /// <summary>Batches run again item by item.</summary>
    public static readonly Counter<long> Split =
        Meter.CreateCounter<long>("aurora.platform.writer.split", "{batch}", "Batches run again item by item");

    /// <summary>Conflicts that were retried.</summary>
    public static readonly Counter<long> Conflicts =
        Meter.CreateCounter<long>("aurora.platform.writer.conflicts", "{batch}", "Lost conflicts that were retried");
}
