using Aurora.Functions.Outbox.Recovering;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Aurora.Functions.Outbox.Draining;

/// <summary>The timers of the outbox.</summary>
internal sealed class OutboxFunctions(OutboxDrain drain, OutboxPurge purge)
{
    /// <summary>
    /// Ticks every second, and at once when the app starts; polls when the poll interval is over, and lingers for the wake-up
    /// in between.
    /// </summary>
    [Function("OutboxPoll")]
    public Task Poll(
        [TimerTrigger("* * * * * *", UseMonitor = false, RunOnStartup = true)] TimerInfo timer,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation) => drain.RunTickAsync(client, cancellation);

    /// <summary>Deletes finished rows past their retention, once a minute.</summary>
    [Function("OutboxPurge")]
    public Task Purge(
        [TimerTrigger("20 * * * * *", UseMonitor = false)] TimerInfo timer, CancellationToken cancellation) =>
        purge.RunAsync(cancellation);
}
