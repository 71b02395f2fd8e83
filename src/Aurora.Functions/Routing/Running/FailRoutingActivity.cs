using Aurora.Functions.Outbox;
using Microsoft.Azure.Functions.Worker;

namespace Aurora.Functions.Routing.Running;

/// <summary>A run that ends without a decision.</summary>
internal sealed record RoutingFailure(string OutboxId, int Attempt, string Reason);

/// <summary>Fails the outbox row with its next retry. Idempotent: the second time the claim is stale.</summary>
internal sealed class FailRoutingActivity(OutboxMarks marks)
{
    [Function(nameof(FailRoutingActivity))]
    public Task<bool> Run([ActivityTrigger] RoutingFailure failure, CancellationToken cancellation) =>
        marks.MarkFailureAsync(
            new OutboxClaim(new OutboxId(failure.OutboxId), failure.Attempt), failure.Reason, cancellation);
}
