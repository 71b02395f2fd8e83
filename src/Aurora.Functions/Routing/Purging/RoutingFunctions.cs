using Aurora.Functions.Platform.Time;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aurora.Functions.Routing.Purging;

/// <summary>The timers of routing.</summary>
internal sealed class RoutingFunctions(
    DatabaseClock clock, DecisionPurge decisions, IOptions<RoutingOptions> options, ILogger<RoutingFunctions> logger)
{
    private static readonly OrchestrationRuntimeStatus[] Finished =
    [
        OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated,
    ];

    /// <summary>Deletes finished orchestrations past their retention, once a minute.</summary>
    [Function("RoutingPurge")]
    public async Task Purge(
        [TimerTrigger("40 * * * * *", UseMonitor = false)] TimerInfo timer,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        var before = clock.UtcNow - options.Value.InstanceRetention;
        var purged = await client.PurgeAllInstancesAsync(
            new PurgeInstancesFilter(CreatedFrom: null, CreatedTo: before, Statuses: Finished), cancellation);
        if (purged.PurgedInstanceCount > 0)
        {
            RoutingLog.Purged(logger, purged.PurgedInstanceCount, before);
        }
    }

    /// <summary>Deletes decisions past their retention, once a minute.</summary>
    [Function("DecisionPurge")]
    public Task PurgeDecisions(
        [TimerTrigger("50 * * * * *", UseMonitor = false)] TimerInfo timer, CancellationToken cancellation) =>
        decisions.RunAsync(cancellation);
}
