using Aurora.Functions.Platform.Time;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aurora.Functions.Outbox.Recovering;

/// <summary>Deletes finished rows past their retention in small transactions, so that no claim waits for it.</summary>
internal sealed class OutboxPurge(
    IOutboxStore store, DatabaseClock clock, TimeProvider time, IOptions<OutboxOptions> options, ILogger<OutboxPurge> logger)
{
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(30);

    /// <summary>One run: until nothing is left to delete or its time is up. Answers how many rows went.</summary>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var settings = options.Value;
        var before = clock.UtcNow - settings.Retention;
        var started = time.GetTimestamp();
        var total = 0;
        int deleted;
        do
        {
            deleted = await store.PurgeAsync(before, settings.PurgeBatch, cancellation);
            total += deleted;
        }
        while (deleted == settings.PurgeBatch && time.GetElapsedTime(started) < Budget);

        if (total > 0)
        {
            OutboxMetrics.Purged.Add(total);
            OutboxLog.Purged(logger, total, before);
        }

        return total;
    }
}
