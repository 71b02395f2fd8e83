using System.Globalization;
using Aurora.Functions.Outbox;
using Aurora.Functions.Platform.Http;
using Aurora.Functions.Platform.Time;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Aurora.Functions.Operations;

/// <summary><c>GET /ops/outbox</c> and <c>POST /ops/outbox/{id}/retry</c>.</summary>
internal sealed class OutboxAdminFunctions(
    IOutboxStore outbox, DatabaseClock clock, OutboxWakeUp wakeUp, ILogger<OutboxAdminFunctions> logger)
{
    private const int DefaultPage = 50;
    private const int LargestPage = 500;

    /// <summary>Counts, the oldest age and a page of dead rows: <c>limit</c> 1 to 500 (50), <c>cursor</c> from the answer before.</summary>
    [Function("OutboxOverview")]
    public async Task<IResult> Overview(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "ops/outbox")] HttpRequest request,
        CancellationToken cancellation)
    {
        if (!TryReadLimit(request, out var limit))
        {
            return Problems.Invalid(null, new FieldError("limit", "out_of_range"));
        }

        if (!TryReadCursor(request, out var after))
        {
            return Problems.Invalid(null, new FieldError("cursor", "malformed"));
        }

        var statistics = await outbox.ReadStatisticsAsync(cancellation);
        var dead = await outbox.ListDeadAsync(after, limit, clock.UtcNow, cancellation);
        var age = statistics.OldestWaiting is { } oldest ? Math.Max(0, (clock.UtcNow - oldest).TotalSeconds) : 0;
        var overview = new OutboxOverview(
            new(statistics.Pending, statistics.Processing, statistics.Completed, statistics.Failed, statistics.Dead),
            statistics.Keys,
            statistics.OldestWaiting,
            Math.Round(age, 3),
            [.. dead.Select(r => new DeadRowView(
                r.Id.Value, r.TraceId, r.EventType, r.Attempts, r.LastError, r.CreatedAt, r.DeadAt!.Value))],
            dead.Count < limit ? null : Cursor(dead[^1]));
        return TypedResults.Json(overview, OperationsJsonContext.Default.OutboxOverview);
    }

    /// <summary>Gives a FAILED row another try at once: <c>dead_at</c> is cleared, attempts are kept.</summary>
    [Function("OutboxRetry")]
    public async Task<IResult> Retry(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "ops/outbox/{id}/retry")] HttpRequest request,
        string id,
        CancellationToken cancellation)
    {
        var outcome = await outbox.RetryAsync(new OutboxId(id), clock.UtcNow, cancellation);
        switch (outcome)
        {
            case OutboxRetryOutcome.NotFound:
                return Problems.Problem(StatusCodes.Status404NotFound, "outbox_row_not_found", "There is no such outbox row.");
            case OutboxRetryOutcome.NotFailed:
                return Problems.Problem(StatusCodes.Status409Conflict, "outbox_row_not_failed", "Only a FAILED row can be retried.");
            case OutboxRetryOutcome.Requeued:
                wakeUp.Signal();
                OperationsLog.RowRetried(logger, id);
                return TypedResults.Json(new RetryAnswer(id, "requeued"), OperationsJsonContext.Default.RetryAnswer);
            default:
                throw new InvalidOperationException($"Unknown outcome {outcome}.");
        }
    }

    private static bool TryReadLimit(HttpRequest request, out int limit)
    {
        var text = request.Query["limit"].ToString();
        limit = DefaultPage;
        return text.Length == 0
            || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) && limit is >= 1 and <= LargestPage);
    }

    private static string Cursor(OutboxStanding last) =>
        string.Create(CultureInfo.InvariantCulture, $"{last.DeadAt!.Value.UtcTicks}.{last.Id}");

    private static bool TryReadCursor(HttpRequest request, out OutboxDeadPosition? after)
    {
        after = null;
        var text = request.Query["cursor"].ToString();
        if (text.Length == 0)
        {
            return true;
        }

        var dot = text.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0
            || !long.TryParse(text.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
            || ticks > DateTimeOffset.MaxValue.UtcTicks)
        {
            return false;
        }

        after = new(new DateTimeOffset(ticks, TimeSpan.Zero), new OutboxId(text[(dot + 1)..]));
        return true;
    }
}
