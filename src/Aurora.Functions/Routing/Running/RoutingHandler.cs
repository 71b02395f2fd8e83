using Aurora.Functions.Outbox;
using Aurora.Functions.Routing.Specialists;
using Microsoft.DurableTask.Client;

namespace Aurora.Functions.Routing.Running;

/// <summary>Starts one run per claimed message.</summary>
internal sealed class RoutingHandler(SpecialistCatalogue catalogue)
{
    /// <summary>The registration at the outbox.</summary>
    public OutboxHandler ToOutboxHandler() => new(
        OutboxEvents.IngestReceived,
        StartAsync,
        static (claim, client, cancellation) => OneRun.IsAliveAsync(client, RouteInstanceId.Of(claim), cancellation));

    private Task<OutboxHandling> StartAsync(OutboxItem item, DurableTaskClient client, CancellationToken cancellation)
    {
        // A payload that no specialist can be given fails here, before anything was started.
        _ = MessageContextRules.Normalise(item);
        var claim = item.Claim;
        return OneRun.StartAsync(
            client,
            nameof(RouteMessageOrchestrator),
            RouteInstanceId.Of(claim),
            new RouteMessage(claim.Id.Value, claim.Attempt, item.TraceId, catalogue.All),
            cancellation);
    }
}
