using System.Collections.Concurrent;
using Aurora.Functions.Outbox;
using Aurora.Functions.Routing;
using Aurora.Functions.Routing.Consuming;
using Aurora.IntegrationTests.Outbox;
using Aurora.TestKit;
using Aurora.TestKit.Outbox;
using Aurora.TestKit.Postgres;
using Aurora.TestKit.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Aurora.IntegrationTests.Routing.Consuming;

public sealed class DecisionConsumerTests(DatabaseFixture fixture) : OutboxTests(fixture)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Consumer_FailingMoreOftenThanFiveTimes_IsToldInTheEnd()
    {
        var consumer = new Consumer("slow starter") { Failures = 7 };
        await Database.EmitAsync(OutboxRows.Row("a", "k"));
        await using var worker = await StartAsync(consumer);

        for (var attempt = 1; attempt <= 8; attempt++)
        {
            await TickUntilAsync(worker, () => consumer.Calls == attempt);
            await SettledAsync();
            Time.Advance(TimeSpan.FromMinutes(6));
        }

        Assert.Equal(["a"], consumer.Told.Select(static d => d.OutboxId));
        Assert.Equal("event-a", consumer.Told.Single().EventId);
        Assert.Equal(8, await Database.ScalarAsync<int>("SELECT attempts FROM crm_event_outbox WHERE event_type = $1 AND status = 'COMPLETED'", DecisionEvents.Decided));
        Assert.Equal(1, await Database.ScalarAsync<int>("SELECT attempts FROM crm_event_outbox WHERE id = 'a' AND status = 'COMPLETED'"));
    }

    [Fact]
    public async Task Consumer_ThatNeverTakesIt_LeavesADeadRowThatAnOperatorReplays()
    {
        var consumer = new Consumer("broken") { Failures = 2 };
        await Database.EmitAsync(OutboxRows.Row("a", "k"));
        await using var worker = await StartAsync(consumer, ("Outbox:AttemptsCeiling", "2"));

        for (var attempt = 1; attempt <= 2; attempt++)
        {
            await TickUntilAsync(worker, () => consumer.Calls == attempt);
            await SettledAsync();
            Time.Advance(TimeSpan.FromMinutes(6));
        }

        var rows = await worker.Store.ListByTraceAsync("trace-a", Time.GetUtcNow(), default);
        var dead = Assert.Single(rows, static r => r.DeadAt is not null);
        Assert.Equal((DecisionEvents.Decided, "a~broken"), (dead.EventType, dead.Id.Value));
        Assert.Equal("The consumer failed: System.InvalidOperationException", dead.LastError);
        Assert.Equal(1, (await worker.Store.ReadStatisticsAsync(default)).Dead);
        Assert.Contains(worker.Logs.Lines, static l => l is { EventId: 1104, Level: Microsoft.Extensions.Logging.LogLevel.Error });
        Assert.Equal(2, worker.Logs.Lines.Count(static l => l.EventId == 1311));

        Assert.Equal(OutboxRetryOutcome.Requeued, await worker.Store.RetryAsync(dead.Id, Time.GetUtcNow(), default));
        await TickUntilAsync(worker, () => consumer.Told.Count == 1);
        await SettledAsync();
        Assert.Equal(0L, await Database.ScalarAsync<long>("SELECT count(*) FROM crm_event_outbox WHERE status <> 'COMPLETED'"));
    }

    [Fact]
    public async Task Consumers_OneFails_TheOtherAndTheNextMessagesGoOnInOrder()
    {
        var broken = new Consumer("broken") { Failures = int.MaxValue };
        var well = new Consumer("well");
        await Database.EmitAsync([.. Enumerable.Range(0, 5).Select(i => OutboxRows.Row($"{i}", "k", i))]);
        await using var worker = await StartAsync([broken, well]);

        await TickUntilAsync(worker, () => well.Told.Count == 5);

        Assert.Equal(["0", "1", "2", "3", "4"], well.Told.Select(static d => d.OutboxId));
        Assert.NotEqual(0, broken.Calls);
        Assert.Empty(broken.Told);
        Assert.Equal(5L, await Database.ScalarAsync<long>("SELECT count(*) FROM mhc_decisions"));
    }

    [Fact]
    public async Task Consumer_ThatHangs_IsLeftAfterItsTime()
    {
        var consumer = new Consumer("hanging") { Hangs = true };
        await Database.EmitAsync(OutboxRows.Row("a", "k"));
        await using var worker = await StartAsync(consumer);

        await TickUntilAsync(worker, () => consumer.Calls == 1);
        Time.Advance(TimeSpan.FromSeconds(31));

        await Eventually.BecomesTrueAsync(
            async () => await Database.ScalarAsync<string>("SELECT last_error FROM crm_event_outbox WHERE status = 'FAILED'") == "The consumer failed: System.TimeoutException",
            "the try has failed",
            Patience);
    }

    [Fact]
    public void Consumers_WithOneName_AreRefused() =>
        Assert.Throws<InvalidOperationException>(() => new ConsumerCatalogue([new Consumer("same"), new Consumer("same")]));

    private Task<RoutingWorker> StartAsync(Consumer consumer, params (string Name, string Value)[] settings) => StartAsync([consumer], settings);

    private Task<RoutingWorker> StartAsync(Consumer[] consumers, params (string Name, string Value)[] settings) => RoutingWorker.StartAsync(Database, o =>
    {
        o.Time = Time;
        o.Services = services =>
        {
            foreach (var consumer in consumers)
            {
                services.AddSingleton<IDecisionConsumer>(consumer);
            }
        };
        foreach (var (name, value) in settings)
        {
            o.Settings[name] = value;
        }
    });

    /// <summary>Ticks, a poll interval apart, until it is so.</summary>
    private Task TickUntilAsync(RoutingWorker worker, Func<bool> isSo) => Eventually.BecomesTrueAsync(
        async () =>
        {
            await worker.TickAsync();
            Time.Advance(TimeSpan.FromMilliseconds(200));
            return isSo();
        },
        "the consumer is told",
        Patience);

    private Task SettledAsync() => Eventually.BecomesTrueAsync(
        async () => await Database.ScalarAsync<long>("SELECT count(*) FROM crm_event_outbox WHERE status IN ('PENDING', 'PROCESSING')") == 0,
        "nothing is in flight",
        Patience);

    private sealed class Consumer(string name) : IDecisionConsumer
    {
        private int _calls;

        public string Name => name;

        public int Failures { get; init; }

        public bool Hangs { get; init; }

        public int Calls => Volatile.Read(ref _calls);

        public ConcurrentQueue<Decision> Told { get; } = new();

        public async Task OnDecidedAsync(Decision decision, CancellationToken cancellation)
        {
            if (Interlocked.Increment(ref _calls) <= Failures)
            {
                throw new InvalidOperationException("Said by a customer.");
            }

            if (Hangs)
            {
                await new TaskCompletionSource().Task;
            }

            Told.Enqueue(decision);
        }
    }
}
