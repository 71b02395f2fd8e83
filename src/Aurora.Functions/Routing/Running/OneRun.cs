using Aurora.Functions.Outbox;
using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Aurora.Functions.Routing.Running;

/// <summary>The one run of a claim: its id is derived from the claim, so a run that exists already and goes on is a success.</summary>
internal static class OneRun
{
    /// <summary>Five tries to reach the database; longer outages are left to the lease.</summary>
    public static readonly TaskOptions StoreTries = TaskOptions.FromRetryPolicy(
        new RetryPolicy(maxNumberOfAttempts: 5, firstRetryInterval: TimeSpan.FromSeconds(1), backoffCoefficient: 2));

    private static readonly StartOrchestrationOptions NeverTwice =
        new StartOrchestrationOptions().WithDedupeStatuses([.. StartOrchestrationOptionsExtensions.ValidDedupeStatuses]);

    /// <summary>Starts the run unless it was started before.</summary>
    public static async Task<OutboxHandling> StartAsync(
        DurableTaskClient client, string orchestrator, string instanceId, object input, CancellationToken cancellation)
    {
        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync(
                orchestrator, input, NeverTwice with { InstanceId = instanceId }, cancellation);
        }
        catch (OrchestrationAlreadyExistsException)
        {
            // Started before: by a worker that died right after, or by a claim that a crash of the server took back. The run of the
            // latter may have ended at the fence meanwhile; nobody but the lease would notice.
            return await IsAliveAsync(client, instanceId, cancellation) ? OutboxHandling.Started : OutboxHandling.EndedBefore;
        }

        return OutboxHandling.Started;
    }

    /// <summary>The run ends without its effect: the claim fails, and the outbox tries again on its schedule.</summary>
    public static Task FailAsync(TaskOrchestrationContext context, string outboxId, int attempt, string reason) =>
        context.CallActivityAsync<bool>(nameof(FailRoutingActivity), new RoutingFailure(outboxId, attempt, reason), StoreTries);

    /// <summary>Whether the run has begun and not ended.</summary>
    public static async Task<bool> IsAliveAsync(DurableTaskClient client, string instanceId, CancellationToken cancellation) =>
        await client.GetInstanceAsync(instanceId, cancellation) is { IsCompleted: false };
}
