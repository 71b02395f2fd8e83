using Aurora.Functions.Platform.Time;
using Microsoft.Extensions.Logging;

namespace Aurora.Functions.Outbox.Recovering;

/// <summary>
/// Holds <c>outbox_keys</c> against the rows it stands for, page by page: keys that lack their head get it, at every sweep; keys
/// whose head nobody could claim are mended from time to time. So a change by hand delays a row, but none waits for ever.
/// </summary>
internal sealed class OutboxKeyRepair(IOutboxStore store, DatabaseClock clock, ILogger<OutboxKeyRepair> logger)
{
    private const int Page = 500;
    private static readonly TimeSpan RepairInterval = TimeSpan.FromSeconds(10);
    private string? _adoptionCursor;
    private string? _repairCursor;
    private DateTimeOffset _nextRepair = DateTimeOffset.MinValue;

    /// <summary>One page of each.</summary>
    public async Task SweepAsync(CancellationToken cancellation)
    {
        var adopted = await store.AdoptAsync(_adoptionCursor, Page, clock.UtcNow, cancellation);
        _adoptionCursor = adopted.Cursor;
        if (adopted.Repaired > 0)
        {
            OutboxMetrics.Repaired.Add(adopted.Repaired, new KeyValuePair<string, object?>("reason", "lost"));
            OutboxLog.Adopted(logger, adopted.Repaired);
        }

        var now = clock.UtcNow;
        if (now >= _nextRepair)
        {
            _nextRepair = now + RepairInterval;
            await RepairAsync(now, cancellation);
        }
    }

    private async Task RepairAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        var repaired = await store.RepairAsync(_repairCursor, Page, now, cancellation);
        _repairCursor = repaired.Cursor;
        if (repaired.Repaired > 0)
        {
            OutboxMetrics.Repaired.Add(repaired.Repaired, new KeyValuePair<string, object?>("reason", "broken"));
            OutboxLog.Repaired(logger, repaired.Repaired);
        }
    }
}
