using Aurora.Functions.Outbox;
using Aurora.Functions.Routing.Specialists;
using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Aurora.Functions.Routing.Running;

/// <summary>Starts one run per claimed message. The id is derived from the claim: a run that exists already is a success.</summary>
internal sealed class RoutingHandler(SpecialistCatalogue catalogue)
{
    private static readonly OrchestrationRuntimeStatus[] NeverTwice =
        [.. StartOrchestrationOptionsExtensions.ValidDedupeStatuses];

    /// <summary>The registration at the outbox.</summary>
    public OutboxHandler ToOutboxHandler() => new(OutboxEvents.IngestReceived, StartAsync, IsRunningAsync);

    private async Task<OutboxHandling> StartAsync(OutboxItem item, DurableTaskClient client, CancellationToken cancellation)
    {
        // A payload that no specialist can be given fails here, before anything was started.
        _ = MessageContextRules.Normalise(item);
        var claim = item.Claim;
        var options = new StartOrchestrationOptions(RouteInstanceId.Of(claim))
            .WithDedupeStatuses(NeverTwice);
        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync(
                nameof(RouteMessageOrchestrator),
                new RouteMessage(claim.Id.Value, claim.Attempt, item.TraceId, catalogue.All),
                options,
                cancellation);
        }
        catch (OrchestrationAlreadyExistsException)
        {
            // Started before: by a claim that was lost, or by a worker that died right after.
        }

        return OutboxHandling.Started;
    }

    private static async Task<bool> IsRunningAsync(OutboxClaim claim, DurableTaskClient client, CancellationToken cancellation) =>
        await client.GetInstanceAsync(
            RouteInstanceId.Of(claim), cancellation) is { IsCompleted: false };
}
