using System.Runtime.InteropServices;

namespace Aurora.Functions.Platform.Postgres;

/// <summary>What a purge did.</summary>
/// <param name="Rows">Rows deleted or cleared.</param>
/// <param name="IsDone">Whether nothing was left; otherwise the next run goes on.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PurgeResult(long Rows, bool IsDone);

/// <summary>Purges a little at a time, each batch a transaction of its own, so that nobody waits for it.</summary>
internal static class BatchedPurge
{
    /// <summary>No run takes longer than this and one batch; the next run goes on where it ended.</summary>
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(30);

    /// <summary>Batches until one comes back short, the time is up, or <paramref name="maxBatches"/> were run.</summary>
    /// <param name="batch">Rows of a full batch.</param>
    /// <param name="maxBatches">Batches of one run at most.</param>
    /// <param name="time">Measures the run.</param>
    /// <param name="purgeAsync">Purges one batch and answers how many rows it was.</param>
    /// <param name="cancellation">Ends the run; what is gone stays gone.</param>
    public static async Task<PurgeResult> RunAsync(
        int batch, int maxBatches, TimeProvider time, Func<CancellationToken, Task<int>> purgeAsync, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        var total = 0L;
        for (var i = 0; i < maxBatches && time.GetElapsedTime(started) < Budget; i++)
        {
            var rows = await purgeAsync(cancellation);
            total += rows;
            if (rows < batch)
            {
                return new PurgeResult(total, true);
            }
        }

        return new PurgeResult(total, false);
    }
}
