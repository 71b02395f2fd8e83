using System.Text.Json;
using Aurora.Functions.Outbox;
using Aurora.Functions.Routing.Deciding;
using Aurora.Functions.Routing.Running;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aurora.Functions.Routing.Consuming;

/// <summary>A row names a consumer that is not registered, or not any more.</summary>
internal sealed class UnknownConsumerException(string name) : Exception($"No consumer of decisions is called '{name}'.");

/// <summary>
/// Hands a stored decision to one consumer and completes the row that asked for it. A consumer is told again when the row could
/// not be completed: it keys its effect by the decision's outbox id.
/// </summary>
internal sealed class TellConsumerActivity(
    ConsumerCatalogue consumers,
    DecisionStore decisions,
    IOutboxStore store,
    ItemsInFlight inFlight,
    OutboxMarks marks,
    TimeProvider time,
    IOptions<RoutingOptions> options,
    ILogger<TellConsumerActivity> logger)
{
    [Function(nameof(TellConsumerActivity))]
    public async Task<bool> Run([ActivityTrigger] TellConsumer tell, CancellationToken cancellation)
    {
        var claim = new OutboxClaim(new OutboxId(tell.OutboxId), tell.Attempt);
        if ((inFlight.Find(claim) ?? await store.FindClaimedAsync(claim, cancellation)) is not { } item)
        {
            return false;
        }

        var payload = JsonElement.Parse(item.PayloadJson);
        var name = payload.GetProperty("consumer").GetString()!;
        var consumer = consumers.Find(name) ?? throw new UnknownConsumerException(name);

        // A decision that its retention took away is nobody's any more.
        var decided = new OutboxId(payload.GetProperty("outbox_id").GetString()!);
        if (await decisions.FindAsync(decided, cancellation) is { } decision)
        {
            await TellAsync(consumer, decision, cancellation);
        }

        return await marks.MarkSuccessAsync(claim, cancellation);
    }

    private async Task TellAsync(IDecisionConsumer consumer, Decision decision, CancellationToken cancellation)
    {
        try
        {
            await TimeLimit.RunAsync(OnDecidedAsync, options.Value.ConsumerTimeout, time, cancellation);
        }
        catch (Exception e)
        {
            RoutingLog.ConsumerFailed(logger, consumer.Name, decision.TraceId, e.GetType().FullName);
            RoutingMetrics.Told(consumer.Name, isDone: false);
            throw;
        }

        RoutingMetrics.Told(consumer.Name, isDone: true);

        async Task<bool> OnDecidedAsync(CancellationToken token)
        {
            await consumer.OnDecidedAsync(decision, token);
            return true;
        }
    }
}
