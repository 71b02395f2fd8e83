using Aurora.Functions.Outbox;
using Aurora.Functions.Platform.Time;
using Aurora.Functions.Routing;
using Aurora.Functions.Routing.Purging;
using Aurora.Functions.Routing.Specialists;
using Aurora.IntegrationTests.Outbox;
using Aurora.TestKit;
using Aurora.TestKit.Outbox;
using Aurora.TestKit.Postgres;
using Aurora.TestKit.Routing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Xunit;

namespace Aurora.IntegrationTests.Routing.Purging;

/// <summary>The timer that lets finished orchestrations go.</summary>
public sealed class InstancePurgeTests(DatabaseFixture fixture) : OutboxTests(fixture)
{
    [Fact]
    public async Task Timer_InstancesPastTheirRetention_GoOnceTheyAreFinished()
    {
        var held = new TaskCompletionSource();
        await using var worker = await RoutingWorker.StartAsync(Database, o =>
        {
            o.Time = Time;
            o.Specialists[nameof(SafetySpecialistActivity)] = async (_, call) =>
            {
                if (call.OutboxId == "held")
                {
                    await held.Task;
                }

                return SafetyRules.Check("fine");
            };
        });
        await RouteAsync(worker, "old", "held");
        await FinishedAsync(worker, "old");
        Time.Advance(TimeSpan.FromHours(25));
        await RouteAsync(worker, "young");
        await FinishedAsync(worker, "young");

        await PurgeAsync(worker);

        Assert.Null(await InstanceAsync(worker, "old"));
        Assert.NotNull(await InstanceAsync(worker, "young"));
        Assert.NotNull(await InstanceAsync(worker, "held"));
        Assert.Contains(worker.Logs.Lines, line => line.EventId == 1309);

        held.SetResult();
        await FinishedAsync(worker, "held");
        await PurgeAsync(worker);
        Assert.Null(await InstanceAsync(worker, "held"));
    }

    private async Task RouteAsync(RoutingWorker worker, params string[] ids)
    {
        await Database.EmitAsync([.. ids.Select(id => OutboxRows.Row(id, "key-" + id))]);
        await worker.TickAsync();
    }

    private Task PurgeAsync(RoutingWorker worker) => new RoutingFunctions(
            worker.Get<DatabaseClock>(),
            worker.Get<DecisionPurge>(),
            worker.Get<IOptions<RoutingOptions>>(),
            worker.Get<ILogger<RoutingFunctions>>())
        .Purge(new TimerInfo(), worker.Client, CancellationToken.None);

    private static Task FinishedAsync(RoutingWorker worker, string id) => Eventually.BecomesTrueAsync(
        async () => await InstanceAsync(worker, id) is { IsCompleted: true }, $"the run of {id} has ended");

    private static Task<OrchestrationMetadata?> InstanceAsync(RoutingWorker worker, string id) =>
        worker.Client.GetInstanceAsync(RouteInstanceId.Of(new OutboxClaim(new OutboxId(id), 1)));
}
