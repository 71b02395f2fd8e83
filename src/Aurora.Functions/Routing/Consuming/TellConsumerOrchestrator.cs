using System.Globalization;
using Aurora.Functions.Outbox;
using Aurora.Functions.Routing.Running;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace Aurora.Functions.Routing.Consuming;

/// <summary>The claim of a row that tells one consumer of one decision.</summary>
internal sealed record TellConsumer(string OutboxId, int Attempt);

/// <summary>
/// One try to tell a consumer of a decision. Trying again is the outbox's: its schedule, its dead letters, its retry by an
/// operator.
/// </summary>
internal static class TellConsumerOrchestrator
{
    /// <summary>The registration at the outbox.</summary>
    public static OutboxHandler ToOutboxHandler() => new(
        DecisionEvents.Decided,
        static (item, client, cancellation) => OneRun.StartAsync(
            client,
            nameof(TellConsumerOrchestrator),
            InstanceIdOf(item.Claim),
            new TellConsumer(item.Claim.Id.Value, item.Claim.Attempt),
            cancellation),
        static (claim, client, cancellation) => OneRun.IsAliveAsync(client, InstanceIdOf(claim), cancellation));

    /// <summary>Answers whether the consumer took it.</summary>
    [Function(nameof(TellConsumerOrchestrator))]
    public static async Task<bool> Run([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var tell = context.GetInput<TellConsumer>()!;
        try
        {
            return await context.CallActivityAsync<bool>(nameof(TellConsumerActivity), tell);
        }
        catch (TaskFailedException e)
        {
            // The type alone: a message may hold a customer's words.
            await OneRun.FailAsync(context, tell.OutboxId, tell.Attempt, $"The consumer failed: {e.FailureDetails.ErrorType}");
            return false;
        }
    }

    private static string InstanceIdOf(OutboxClaim claim) =>
        string.Create(CultureInfo.InvariantCulture, $"tell-{claim.Id.Value}-{claim.Attempt}");
}
