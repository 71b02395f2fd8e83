// One thing: the cycle of the worker; when to poll, what to claim, how each row is dispatched, when to stop.
using Aurora.Functions.Outbox.Claiming;
using Aurora.Functions.Outbox.Recovering;
using Aurora.Functions.Platform.Time;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aurora.Functions.Outbox.Draining;

/// <summary>
/// The worker: claims rows and hands each to the handler of its event type, inside the invocation of the poll timer, which
/// owns the durable client. It goes on until nothing is left and then lingers for the wake-up until just before the next tick.
/// </summary>
internal sealed class OutboxDrain(
    IOutboxStore store,
    OutboxHandlers handlers,
    OutboxMarks marks,
    ItemsInFlight inFlight,
    ClaimSize claimSize,
    OutboxWorker worker,
    OutboxRecovery recovery,
    OutboxWakeUp wakeUp,
    DatabaseClock clock,
    TimeProvider time,
    IOptions<OutboxOptions> options,
    ILogger<OutboxDrain> logger)
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    // The invocation ends this long before the tick, so that the tick finds it ended and no second is lost.
    private static readonly TimeSpan Margin = TimeSpan.FromMilliseconds(20);

    // A tick may come a little early; without this a poll would now and then be a tick late.
    private static readonly TimeSpan PollTolerance = TimeSpan.FromMilliseconds(100);

    // Under constant load the invocation ends from time to time, so that the host sees it alive.
    private static readonly TimeSpan LongestInvocation = TimeSpan.FromSeconds(30);

    private readonly OutboxOptions _options = options.Value;
    private readonly HashSet<Task> _dispatches = [];
    private DateTimeOffset _nextPoll = DateTimeOffset.UnixEpoch;
    private bool _hasStarted;
    private bool _hasMore;

    /// <summary>One invocation of the poll timer. Never throws for what a poll can repeat.</summary>
    public async Task RunTickAsync(DurableTaskClient client, CancellationToken cancellation)
    {
        if (!_hasStarted)
        {
            _hasStarted = true;
            OutboxLog.WorkerStarted(logger, worker.Id, _options.PollInterval, _options.BatchSize);
        }

        try
        {
            await DrainAndLingerAsync(client, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Shutting down: what runs is finished by its orchestration or given back by the next start.
        }
        catch (Exception e)
        {
            OutboxLog.DrainFailed(logger, e);
        }

        await FinishDispatchesAsync();
    }

    /// <summary>
    /// Claims one batch, hands every row to <paramref name="handler"/>, marks each by its outcome and answers how many were
    /// completed. The path is the worker's own; without a handler it refuses, since a row must not complete unprocessed.
    /// </summary>
    public async Task<int> DrainOnceAsync(Func<OutboxItem, CancellationToken, Task> handler, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var completed = 0;
        var items = await ClaimAsync(_options.BatchSize, cancellation);
        await Task.WhenAll(items.Select(item => DispatchAsync(item, HandleAsync, cancellation)));
        return completed;

        async Task<OutboxHandling> HandleAsync(OutboxItem item, CancellationToken token)
        {
            await handler(item, token);
            Interlocked.Increment(ref completed);
            return OutboxHandling.Completed;
        }
    }

    private async Task DrainAndLingerAsync(DurableTaskClient client, CancellationToken cancellation)
    {
        var latest = time.GetUtcNow() + LongestInvocation;
        while (!cancellation.IsCancellationRequested)
        {
            var isPoll = time.GetUtcNow() >= _nextPoll - PollTolerance;
            if (isPoll)
            {
                _nextPoll = time.GetUtcNow() + _options.PollInterval;
                await recovery.SweepAsync(client, cancellation);
            }

            if (isPoll || _hasMore)
            {
                _hasMore = await ClaimAndDispatchAsync(client, isPoll, cancellation);
            }

            if (_hasMore && (time.GetUtcNow() < latest || UntilEnd() > Margin))
            {
                continue;
            }

            if (_hasMore || !_options.Linger || !await LingerAsync(cancellation))
            {
                return;
            }

            // Somebody signalled: there is something to look for.
            _hasMore = true;
        }
    }

    /// <summary>Answers whether there may be more to claim at once; the next claim runs while this batch works.</summary>
    private async Task<bool> ClaimAndDispatchAsync(DurableTaskClient client, bool isPoll, CancellationToken cancellation)
    {
        var limit = Math.Min(claimSize.Rows, inFlight.Free);
        if (limit == 0 || (!isPoll && !inFlight.HasRoomFor(claimSize.Rows)))
        {
            return false;
        }

        var items = await ClaimAsync(limit, cancellation);
        claimSize.Observe(limit, items.Count);
        foreach (var item in items)
        {
            Track(DispatchAsync(item, (i, token) => HandleAsync(i, client, token), cancellation));
        }

        return items.Count == limit;
    }

    private async Task<bool> LingerAsync(CancellationToken cancellation)
    {
        var wait = UntilEnd();
        if (wait <= TimeSpan.Zero)
        {
            return false;
        }

        using var limit = new CancellationTokenSource(wait, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        return await wakeUp.WaitAsync(either.Token);
    }

    /// <summary>The time until just before the next tick.</summary>
    private TimeSpan UntilEnd() => TimeSpan.FromTicks(Tick.Ticks - (time.GetUtcNow().Ticks % Tick.Ticks)) - Margin;

    private async Task<IReadOnlyList<OutboxItem>> ClaimAsync(int limit, CancellationToken cancellation)
    {
        var started = TimeProvider.System.GetTimestamp();
        var now = clock.UtcNow;
        var items = await ClaimOrLookLaterAsync(new OutboxClaimRequest(worker.Id, limit, now, now + _options.Lease), cancellation);
        OutboxMetrics.ClaimDuration.Record(TimeProvider.System.GetElapsedTime(started).TotalMilliseconds);
        foreach (var item in items)
        {
            inFlight.Add(item, now);
        }

        if (items.Count > 0)
        {
            OutboxMetrics.Claimed.Add(items.Count);
            OutboxLog.Claimed(logger, items.Count, inFlight.Count);
        }

        return items;
    }

    private async Task<IReadOnlyList<OutboxItem>> ClaimOrLookLaterAsync(OutboxClaimRequest request, CancellationToken cancellation)
    {
        try
        {
            return await store.ClaimAsync(request, cancellation);
        }
        catch
        {
            // Whether it was committed is unknown: the rows may be this worker's.
            recovery.WasNotAnswered();
            throw;
        }
    }

    private Task<OutboxHandling> HandleAsync(OutboxItem item, DurableTaskClient client, CancellationToken cancellation) =>
        handlers.Find(item.EventType) is { } handler
            ? handler.HandleAsync(item, client, cancellation)
            : throw new UnknownEventTypeException(item.EventType);

    private async Task DispatchAsync(
        OutboxItem item, Func<OutboxItem, CancellationToken, Task<OutboxHandling>> handle, CancellationToken cancellation)
    {
        try
        {
            var handling = await handle(item, cancellation);
            _ = handling switch
            {
                OutboxHandling.Completed => await marks.MarkSuccessAsync(item.Claim, CancellationToken.None),
                OutboxHandling.EndedBefore => await marks.GiveBackAsync(item.Claim, "run ended without effect", CancellationToken.None),
                OutboxHandling.Started => true,
            };
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Shutting down before the work began: the row goes back when this worker's lock is free.
        }
        catch (Exception e)
        {
            await FailAsync(item, e);
        }
    }

    private async Task FailAsync(OutboxItem item, Exception exception)
    {
        try
        {
            // Not the invocation's token: a failure is recorded even while the host stops.
            await marks.MarkFailureAsync(item.Claim, exception, CancellationToken.None);
        }
        catch (Exception e)
        {
            OutboxLog.MarkFailed(logger, item.Claim.Id, item.Claim.Attempt, e);
            inFlight.Remove(item.Claim);
            recovery.WasNotAnswered();
        }
    }

    private void Track(Task dispatch)
    {
        if (dispatch.IsCompleted)
        {
            return;
        }

        lock (_dispatches)
        {
            _dispatches.Add(dispatch);
        }

        _ = UntrackAsync(dispatch);
    }

    private async Task UntrackAsync(Task dispatch)
    {
        await dispatch;
        lock (_dispatches)
        {
            _dispatches.Remove(dispatch);
        }
    }

    private Task FinishDispatchesAsync()
    {
        lock (_dispatches)
        {
            return Task.WhenAll(_dispatches);
        }
    }
}
