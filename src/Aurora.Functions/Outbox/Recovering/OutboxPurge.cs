using Aurora.Functions.Platform.Postgres;
using Aurora.Functions.Platform.Time;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aurora.Functions.Outbox.Recovering;

/// <summary>Deletes finished rows past their retention in small transactions, so that no claim waits for it.</summary>
internal sealed class OutboxPurge(
    IOutboxStore store, DatabaseClock clock, TimeProvider time, IOptions<OutboxOptions> options, ILogger<OutboxPurge> logger)
{
    /// <summary>One run: until nothing is left to delete or its time is up. Answers how many rows went.</summary>
    public async Task<long> RunAsync(CancellationToken cancellation)
    {
        var settings = options.Value;
        var before = clock.UtcNow - settings.Retention;
        var purged = await BatchedPurge.RunAsync(
            settings.PurgeBatch, int.MaxValue, time, token => store.PurgeAsync(before, settings.PurgeBatch, token), cancellation);
        if (purged.Rows > 0)
        {
            OutboxMetrics.Purged.Add(purged.Rows);
            OutboxLog.Purged(logger, purged.Rows, before);
        }

        return purged.Rows;
    }
}
