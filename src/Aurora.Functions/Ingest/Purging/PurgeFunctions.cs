using Microsoft.Azure.Functions.Worker;

namespace Aurora.Functions.Ingest.Purging;

/// <summary>The timer of the slice.</summary>
internal sealed class PurgeFunctions(IngestPurge purge)
{
    /// <summary>Every ten minutes, a little at a time.</summary>
    [Function("PurgeIngest")]
    public Task PurgeIngest([TimerTrigger("0 7/10 * * * *")] TimerInfo timer, CancellationToken cancellation) =>
        purge.RunAsync(cancellation);
}
