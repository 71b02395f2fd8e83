using Aurora.Functions.Outbox.Claiming;
using Aurora.Functions.Platform.Time;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aurora.Functions.Outbox.Recovering;

/// <summary>
/// Brings back what crashes leave behind: rows of workers that are gone, leases that ran out, rows whose key is unknown, and
/// places taken by rows that another process finished. A row whose orchestration still runs is not taken from it.
/// </summary>
internal sealed class OutboxRecovery(
    IOutboxStore store,
    OutboxHandlers handlers,
    OutboxMarks marks,
    OutboxKeyRepair keys,
    ItemsInFlight inFlight,
    OutboxWorker worker,
    DatabaseClock clock,
    IOptions<OutboxOptions> options,
    ILogger<OutboxRecovery> logger)
{
    private const int Page = 500;
    private const int LivenessParallelism = 16;
    private static readonly TimeSpan BacklogInterval = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan UnseenAfter = TimeSpan.FromSeconds(2);
    private volatile bool _hasUnanswered;
    private DateTimeOffset _nextBacklog = DateTimeOffset.MinValue;

    /// <summary>One sweep; every step is bounded.</summary>
    public async Task SweepAsync(DurableTaskClient client, CancellationToken cancellation)
    {
        await store.AnnounceAsync(worker.Id, clock.UtcNow, cancellation);
        await SweepAbandonedAsync(client, cancellation);
        await SweepUnansweredAsync(client, cancellation);
        await SweepExpiredAsync(client, cancellation);
        await keys.SweepAsync(cancellation);
        await ForgetFinishedElsewhereAsync(cancellation);
        await MeasureBacklogAsync(cancellation);
    }

    /// <summary>A claim or a mark ended without an answer: this worker may have rows it does not know of. The next sweep looks.</summary>
    public void WasNotAnswered() => _hasUnanswered = true;

    private async Task SweepAbandonedAsync(DurableTaskClient client, CancellationToken cancellation)
    {
        IReadOnlyList<OutboxLease> page;
        do
        {
            page = await store.ListAbandonedAsync(worker.Id, Page, cancellation);
            await RecoverAsync(page, client, GiveBackAsync, cancellation);
        }
        while (page.Count == Page);

        async Task GiveBackAsync(OutboxLease lease)
        {
            OutboxLog.WorkerGone(logger, lease.WorkerId, lease.Claim.Id, lease.Claim.Attempt);
            OutboxMetrics.Recovered.Add(1, new KeyValuePair<string, object?>("reason", "gone"));
            await marks.GiveBackAsync(lease.Claim, "worker gone", cancellation);
        }
    }

    private async Task SweepUnansweredAsync(DurableTaskClient client, CancellationToken cancellation)
    {
        if (!_hasUnanswered)
        {
            return;
        }

        // What is dispatched while this looks is in flight before it is claimed no longer: only what nobody knows is left.
        _hasUnanswered = false;
        try
        {
            var own = await store.ListClaimedByAsync(worker.Id, options.Value.MaxInFlight + Page, cancellation);
            await RecoverAsync([.. own.Where(lease => !inFlight.Contains(lease.Claim))], client, GiveBackAsync, cancellation);
        }
        catch
        {
            _hasUnanswered = true;
            throw;
        }

        async Task GiveBackAsync(OutboxLease lease)
        {
            OutboxLog.NotAnswered(logger, lease.Claim.Id, lease.Claim.Attempt);
            OutboxMetrics.Recovered.Add(1, new KeyValuePair<string, object?>("reason", "unanswered"));
            await marks.GiveBackAsync(lease.Claim, "claim without an answer", cancellation);
        }
    }

    private async Task SweepExpiredAsync(DurableTaskClient client, CancellationToken cancellation)
    {
        await RecoverAsync(await store.ListExpiredAsync(clock.UtcNow, Page, cancellation), client, FailAsync, cancellation);

        async Task FailAsync(OutboxLease lease)
        {
            OutboxLog.LeaseExpired(logger, lease.Claim.Id, lease.WorkerId, lease.Claim.Attempt);
            OutboxMetrics.Recovered.Add(1, new KeyValuePair<string, object?>("reason", "expired"));
            await marks.MarkFailureAsync(lease.Claim, "lease expired", cancellation);
        }
    }

    private async Task RecoverAsync(
        IReadOnlyList<OutboxLease> leases, DurableTaskClient client, Func<OutboxLease, Task> giveUp, CancellationToken cancellation)
    {
        var running = new List<OutboxClaim>();
        var bounded = new ParallelOptions { MaxDegreeOfParallelism = LivenessParallelism, CancellationToken = cancellation };
        await Parallel.ForEachAsync(leases, bounded, async (lease, token) =>
        {
            if (handlers.Find(lease.EventType) is { } handler && await handler.IsRunningAsync(lease.Claim, client, token))
            {
                lock (running)
                {
                    running.Add(lease.Claim);
                }
            }
            else
            {
                await giveUp(lease);
            }
        });

        if (running.Count > 0)
        {
            await store.ExtendAsync(running, worker.Id, clock.UtcNow + options.Value.Lease, cancellation);
            OutboxMetrics.Recovered.Add(running.Count, new KeyValuePair<string, object?>("reason", "extended"));
            running.ForEach(c => OutboxLog.LeaseExtended(logger, c.Id, c.Attempt));
        }
    }

    private async Task ForgetFinishedElsewhereAsync(CancellationToken cancellation)
    {
        var claims = inFlight.ListClaimedBefore(clock.UtcNow - UnseenAfter, options.Value.MaxInFlight);
        if (claims.Count == 0)
        {
            return;
        }

        var owned = (await store.ListOwnedAsync(claims, cancellation)).ToHashSet();
        foreach (var claim in claims)
        {
            if (!owned.Contains(claim))
            {
                inFlight.Remove(claim);
            }
        }
    }

    private async Task MeasureBacklogAsync(CancellationToken cancellation)
    {
        var now = clock.UtcNow;
        if (now >= _nextBacklog)
        {
            _nextBacklog = now + BacklogInterval;
            OutboxMetrics.Backlog(await store.ReadBacklogAsync(cancellation), now);
        }
    }
}
