using Aurora.Functions.Outbox;
using Aurora.Functions.Platform.Http;
using Aurora.Functions.Platform.Time;
using Aurora.Functions.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Aurora.Functions.Operations;

/// <summary><c>GET /ops/trace/{traceId}</c>: a message's whole story in one JSON.</summary>
internal sealed class TraceFunctions(TraceStore store, IOutboxStore outbox, DatabaseClock clock)
{
    /// <summary>The story of the trace; 404 when nothing is stored under it, 422 when it is no UUID.</summary>
    [Function("Trace")]
    public async Task<IResult> Trace(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "ops/trace/{traceId}")] HttpRequest request,
        string traceId,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        if (!Guid.TryParse(traceId, out var id))
        {
            return Problems.Invalid(null, new FieldError("trace_id", "not_a_uuid"));
        }

        var stored = await store.ReadAsync(id.ToString("D"), cancellation);
        var standings = await outbox.ListByTraceAsync(id.ToString("D"), clock.UtcNow, cancellation);
        if (standings.Count == 0 && stored.Inbox.Count == 0)
        {
            return Problems.Problem(StatusCodes.Status404NotFound, "trace_not_found", "Nothing is stored under this trace id.", id);
        }

        var rows = standings.Select(OutboxRowView.From).ToList();
        var trace = new MessageTrace(
            id.ToString("D"),
            stored.Event,
            stored.Contact,
            stored.Inbox,
            rows,
            await ReadOrchestrationAsync(client, rows, cancellation),
            stored.Decision,
            rows.LastOrDefault(r => r.WaitsBecause is not null)?.WaitsBecause);
        return TypedResults.Json(trace, OperationsJsonContext.Default.MessageTrace);
    }

    private static async Task<OrchestrationView?> ReadOrchestrationAsync(
        DurableTaskClient client, IReadOnlyList<OutboxRowView> rows, CancellationToken cancellation)
    {
        if (rows.LastOrDefault(r => r.Attempts > 0 && r.EventType == OutboxEvents.IngestReceived) is not { } row)
        {
            return null;
        }

        var instanceId = RouteInstanceId.Of(new OutboxClaim(new OutboxId(row.Id), row.Attempts));
        var instance = await client.GetInstanceAsync(instanceId, cancellation);
        return instance is null
            ? null
            : new(
                instance.InstanceId,
                instance.RuntimeStatus.ToString(),
                instance.CreatedAt,
                instance.LastUpdatedAt,
                instance.FailureDetails?.ErrorType);
    }
}
