using Aurora.Functions.Outbox.Claiming;
using Aurora.Functions.Outbox.Marking;
using Aurora.Functions.Platform.Postgres;
using Aurora.Functions.Platform.Time;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aurora.Functions.Outbox;

/// <summary>
/// Finishes claims: <c>mark_success</c> and <c>mark_failure</c>, fenced by attempt, many of them in one commit. A mark that comes
/// too late is an outcome, not an error.
/// </summary>
internal sealed class OutboxMarks : IAsyncDisposable
{
    private readonly ItemsInFlight _inFlight;
    private readonly ClaimSize _claimSize;
    private readonly ClaimPosition _position;
    private readonly OutboxWakeUp _wakeUp;
    private readonly DatabaseClock _clock;
    private readonly OutboxOptions _options;
    private readonly ILogger<OutboxMarks> _logger;
    private readonly BatchingWriter<OutboxClaim, OutboxMark> _successes;
    private readonly BatchingWriter<OutboxFailure, OutboxMark> _failures;

    public OutboxMarks(
        IOutboxStore store,
        ItemsInFlight inFlight,
        ClaimSize claimSize,
        ClaimPosition position,
        OutboxWakeUp wakeUp,
        DatabaseClock clock,
        IOptions<OutboxOptions> options,
        ILogger<OutboxMarks> logger)
    {
        _inFlight = inFlight;
        _claimSize = claimSize;
        _position = position;
        _wakeUp = wakeUp;
        _clock = clock;
        _options = options.Value;
        _logger = logger;
        _successes = new("outbox-success", new BatchingWriterOptions(), (claims, token) => store.CompleteAsync(claims, clock.UtcNow, token));
        _failures = new("outbox-failure", new BatchingWriterOptions(), (failures, token) => store.FailAsync(failures, clock.UtcNow, token));
    }

    /// <summary>COMPLETED, when the claim still owns the row. Answers whether it did.</summary>
    public async Task<bool> MarkSuccessAsync(OutboxClaim claim, CancellationToken cancellation)
    {
        var mark = await _successes.WriteAsync(claim, cancellation);
        ReportCompleted(claim, mark);
        return !mark.IsStale;
    }

    /// <summary>
    /// FAILED with the next retry, or dead at the ceiling, when the claim still owns the row. Answers whether it did.
    /// </summary>
    public Task<bool> MarkFailureAsync(OutboxClaim claim, Exception exception, CancellationToken cancellation) =>
        FailAsync(claim, FailureText.Of(exception), RetryPolicy.ComputeNextRetry(claim.Attempt, _clock.UtcNow), exception, cancellation);

    /// <summary>As <see cref="MarkFailureAsync(OutboxClaim, Exception, CancellationToken)"/>, with a reason in words.</summary>
    public Task<bool> MarkFailureAsync(OutboxClaim claim, string reason, CancellationToken cancellation) =>
        FailAsync(claim, reason, RetryPolicy.ComputeNextRetry(claim.Attempt, _clock.UtcNow), null, cancellation);

    /// <summary>Gives the row back: its worker is gone, so it is due at once.</summary>
    public Task<bool> GiveBackAsync(OutboxClaim claim, string reason, CancellationToken cancellation) =>
        FailAsync(claim, reason, _clock.UtcNow, null, cancellation);

    /// <summary>
    /// Takes note of a completion that another slice stored in a transaction of its own, after the commit: frees the row's
    /// place and wakes the drain when the key has a next row.
    /// </summary>
    public void ReportCompleted(OutboxClaim claim, OutboxMark mark)
    {
        var item = Release(claim, mark);
        if (!mark.IsStale)
        {
            OutboxMetrics.Marked.Add(1, new KeyValuePair<string, object?>("outcome", "completed"));
            if (item is not null)
            {
                OutboxMetrics.Age.Record((_clock.UtcNow - item.CreatedAt).TotalMilliseconds);
            }
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _successes.DisposeAsync();
        await _failures.DisposeAsync();
    }

    private async Task<bool> FailAsync(
        OutboxClaim claim, string reason, DateTimeOffset nextRetryAt, Exception? exception, CancellationToken cancellation)
    {
        var isDead = RetryPolicy.IsDead(claim.Attempt, _options.AttemptsCeiling);
        var mark = await _failures.WriteAsync(new OutboxFailure(claim, reason, nextRetryAt, isDead), cancellation);
        var item = Release(claim, mark);
        if (mark.IsStale)
        {
            return false;
        }

        OutboxMetrics.Marked.Add(1, new KeyValuePair<string, object?>("outcome", isDead ? "dead" : "failed"));
        var traceId = item?.TraceId ?? "";
        if (isDead)
        {
            OutboxLog.Dead(_logger, claim.Id, claim.Attempt, traceId, exception);
        }
        else
        {
            OutboxLog.Failed(_logger, claim.Id, claim.Attempt, traceId, nextRetryAt, exception);
        }

        return true;
    }

    private OutboxItem? Release(OutboxClaim claim, OutboxMark mark)
    {
        var hadRoom = _inFlight.HasRoomFor(_claimSize.Rows);
        var item = _inFlight.Remove(claim);
        if (mark.IsStale)
        {
            OutboxMetrics.Marked.Add(1, new KeyValuePair<string, object?>("outcome", "stale"));
            OutboxLog.Stale(_logger, claim.Id, claim.Attempt);
        }

        if (mark.HasNext && item is not null)
        {
            _position.Ready(item.PartitionKey);
        }

        if (mark.HasNext || (!hadRoom && _inFlight.HasRoomFor(_claimSize.Rows)))
        {
            _wakeUp.Signal();
        }

        return item;
    }
}
