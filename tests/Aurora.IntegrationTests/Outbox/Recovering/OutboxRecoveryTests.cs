using Aurora.Functions.Outbox;
using Aurora.Functions.Outbox.Draining;
using Aurora.Functions.Outbox.Recovering;
using Aurora.Functions.Outbox.Storing;
using Aurora.Functions.Routing.Specialists;
using Aurora.TestKit;
using Aurora.TestKit.Outbox;
using Aurora.TestKit.Postgres;
using Aurora.TestKit.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Aurora.IntegrationTests.Outbox.Recovering;

public sealed class OutboxRecoveryTests(DatabaseFixture fixture) : OutboxTests(fixture)
{
    [Fact]
    public async Task AC7_4_Failures_SevenInARow_WaitExactlyAsLongAsTheScheduleSays()
    {
        await Database.EmitAsync(OutboxRows.Row("a", "k"));
        await using var worker = await StartAsync();
        var drain = worker.Get<OutboxDrain>();

        foreach (var seconds in new[] { 5, 15, 45, 120, 300, 300, 300 })
        {
            Assert.Equal(0, await drain.DrainOnceAsync(static (_, _) => throw new InvalidOperationException("no"), default));
            Assert.Equal("FAILED", await StatusAsync());
            Time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
            Assert.Equal(0, await drain.DrainOnceAsync(static (_, _) => Task.CompletedTask, default));
            Assert.Equal("FAILED", await StatusAsync());
            Time.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal(1, await drain.DrainOnceAsync(static (_, _) => Task.CompletedTask, default));
        Assert.Equal(8, await Database.ScalarAsync<int>("SELECT attempts FROM crm_event_outbox WHERE status = 'COMPLETED'"));
    }

    [Fact]
    public async Task Failures_UpToTheCeiling_MakeADeadLetterThatAnOperatorRevives()
    {
        await Database.EmitAsync(OutboxRows.Row("a", "k", 0), OutboxRows.Row("b", "k", 1));
        await using var worker = await StartAsync();
        var drain = worker.Get<OutboxDrain>();
        for (var i = 0; i < 10; i++)
        {
            await drain.DrainOnceAsync(static (item, _) => item.Claim.Id.Value == "a" ? throw new InvalidOperationException("no") : Task.CompletedTask, default);
            Time.Advance(TimeSpan.FromMinutes(6));
        }

        Assert.NotNull((await worker.Store.FindAsync(new OutboxId("a"), Time.GetUtcNow(), default))!.DeadAt);
        Assert.Contains(worker.Logs.Lines, l => l is { EventId: 1104, Level: Microsoft.Extensions.Logging.LogLevel.Error });
        Assert.Equal(1, await drain.DrainOnceAsync(static (_, _) => Task.CompletedTask, default));
        Assert.Equal(OutboxRetryOutcome.Requeued, await worker.Store.RetryAsync(new OutboxId("a"), Time.GetUtcNow(), default));
        Assert.Equal(1, await drain.DrainOnceAsync(static (_, _) => Task.CompletedTask, default));
        Assert.Equal(11, await Database.ScalarAsync<int>("SELECT attempts FROM crm_event_outbox WHERE id = 'a' AND status = 'COMPLETED'"));
    }

    [Fact]
    public async Task AC7_12_Crash_AfterTheClaim_LeaseExpiresAndTheSecondAttemptCompletes()
    {
        await Database.EmitAsync(OutboxRows.Row("a", "k"));
        await using var store = Database.NewStore();
        await ClaimAsync(store, "unknown worker");
        await using var worker = await StartAsync();

        await worker.SweepAsync();
        Assert.Equal("PROCESSING", await StatusAsync());
        Time.Advance(TimeSpan.FromSeconds(61));
        await worker.SweepAsync();
        Assert.Equal("FAILED", await StatusAsync());
        Assert.Equal("lease expired", await Database.ScalarAsync<string>("SELECT last_error FROM crm_event_outbox"));
        Time.Advance(TimeSpan.FromSeconds(5));
        await worker.TickAsync();

        await BecomesCompletedAsync();
        Assert.Equal(2, await Database.ScalarAsync<int>("SELECT attempt FROM mhc_decisions"));
        Assert.Contains(worker.Logs.Lines, l => l.EventId == 1106);
    }

    [Fact]
    public async Task Crash_OfAWorkerWithALock_RowsGoBackWithoutWaitingForTheLease()
    {
        await Database.EmitAsync(OutboxRows.Row("a", "k"));
        var gone = Database.NewStore();
        await gone.AnnounceAsync("gone", Time.GetUtcNow(), default);
        await ClaimAsync(gone, "gone");
        await using var worker = await StartAsync();

        await worker.SweepAsync();
        Assert.Equal("PROCESSING", await StatusAsync());
        await gone.DisposeAsync();
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                await worker.SweepAsync();
                return await StatusAsync() == "FAILED";
            },
            "the gone worker's row goes back");

        Assert.Equal("worker gone", await Database.ScalarAsync<string>("SELECT last_error FROM crm_event_outbox"));
        await worker.TickAsync();
        await BecomesCompletedAsync();
        await worker.SweepAsync();
        Assert.Equal(0L, await Database.ScalarAsync<long>("SELECT count(*) FROM outbox_workers WHERE worker_id = 'gone'"));
    }

    [Fact]
    public async Task Lease_ExpiredWhileTheRunIsAlive_IsExtendedAndNotRepeated()
    {
        await Database.EmitAsync(OutboxRows.Row("a", "k"));
        var gate = new TaskCompletionSource();
        await using var worker = await StartHeldAsync(gate.Task);
        await worker.TickAsync();

        Time.Advance(TimeSpan.FromSeconds(61));
        await worker.SweepAsync();

        Assert.Equal("PROCESSING", await StatusAsync());
        Assert.Contains(worker.Logs.Lines, l => l.EventId == 1108);
        gate.SetResult();
        await BecomesCompletedAsync();
        Assert.Equal(1, await Database.ScalarAsync<int>("SELECT attempt FROM mhc_decisions"));
    }

    [Theory]
    [InlineData(nameof(IOutboxStore.ClaimAsync), true)]
    [InlineData(nameof(IOutboxStore.FailAsync), false)]
    public async Task Connection_BrokenAfterAClaimOrBeforeAMark_TheRowDoesNotWaitForItsLease(string method, bool isCommitted)
    {
        await Database.EmitAsync(OutboxRows.Row("a", "k", eventType: "TEST"));
        var calls = 0;
        await using var inner = Database.NewStore();
        await using var worker = await StartAsync(o => o.Services = services =>
        {
            services.AddSingleton(UnansweredStore.Around(inner, method, isCommitted));
            services.AddSingleton(new OutboxHandler(
                "TEST",
                (_, _, _) => ++calls == 1 && method == nameof(IOutboxStore.FailAsync) ? throw new InvalidOperationException("no") : Task.FromResult(OutboxHandling.Completed),
                static (_, _, _) => Task.FromResult(false)));
        });

        await TickUntilCompletedAsync(worker);

        Assert.Equal("COMPLETED", await StatusAsync());
        Assert.InRange(Time.GetUtcNow(), OutboxRows.Noon, OutboxRows.Noon.AddSeconds(80));
    }

    [Fact]
    public async Task Claim_LostWithTheServer_WhoseRunEndedAtTheFence_IsTriedAgainAtOnce()
    {
        await Database.EmitAsync(OutboxRows.Row("a", "k"));
        var gate = new TaskCompletionSource();
        await using var worker = await StartHeldAsync(gate.Task);
        await worker.TickAsync();

        // A claim does not wait for the disk: a server that crashes may come back without it, while the run goes on.
        await Database.ExecuteAsync("UPDATE crm_event_outbox SET status = 'PENDING', attempts = 0, locked_by = NULL, locked_until = NULL");
        await Database.ExecuteAsync("UPDATE outbox_keys SET state = 0");
        gate.SetResult();
        await Eventually.BecomesTrueAsync(
            async () => await worker.Client.GetInstanceAsync("route-a-1") is { IsCompleted: true }, "the run has ended at the fence", TimeSpan.FromSeconds(20));
        await TickUntilCompletedAsync(worker);

        Assert.Equal("COMPLETED", await StatusAsync());
        Assert.Equal(2, await Database.ScalarAsync<int>("SELECT attempt FROM mhc_decisions"));
    }

    [Fact]
    public async Task AC7_9_Run_ThatLostItsRow_EndsAtTheFence()
    {
        await Database.EmitAsync(OutboxRows.Row("a", "k"));
        var gate = new TaskCompletionSource();
        await using var slow = await StartAsync(o => o.Specialists[nameof(SrvSpecialistActivity)] = async (_, _) =>
        {
            await gate.Task;
            return SpecialistResult.Of("srv_extractor", SpecialistStatus.Success, []);
        });
        await slow.TickAsync();
        await using var second = await StartAsync();

        // The second worker cannot see the first one's engine: to it the run is unknown.
        Time.Advance(TimeSpan.FromSeconds(61));
        await second.SweepAsync();
        Time.Advance(TimeSpan.FromSeconds(5));
        await second.TickAsync();
        await BecomesCompletedAsync();
        gate.SetResult();

        await Eventually.BecomesTrueAsync(() => slow.Logs.Lines.Any(l => l.EventId == 1308), "the first run is stale");
        Assert.Equal(["2"], await Database.ColumnAsync<string>("SELECT attempt::text FROM mhc_decisions"));
    }

    [Fact]
    public async Task Rows_WrittenWithoutTheirKey_AreAdopted()
    {
        await Database.ExecuteAsync(
            """
            INSERT INTO crm_event_outbox (id, event_type, payload, trace_id, created_at, next_retry_at)
            SELECT 'raw-' || n, 'INGEST_RECEIVED', '{}', 't', $1, $1 FROM generate_series(1, 3) n
            """,
            OutboxRows.Noon.UtcDateTime);
        await Database.EmitAsync(OutboxRows.Row("a", "k", 0), OutboxRows.Row("b", "k", 1));
        await Database.ExecuteAsync("DELETE FROM outbox_keys");
        await using var worker = await StartAsync();

        await worker.SweepAsync();
        for (var expected = 4; expected >= 1; expected -= 3)
        {
            Assert.Equal(expected, await worker.Get<OutboxDrain>().DrainOnceAsync(static (_, _) => Task.CompletedTask, default));
        }
    }

    [Fact]
    public async Task Places_OfRowsFinishedElsewhere_AreFreed()
    {
        await Database.EmitAsync(OutboxRows.Row("a", "k"));
        await using var worker = await StartAsync(o => o.Specialists[nameof(SrvSpecialistActivity)] = static (_, _) => new TaskCompletionSource<SpecialistResult>().Task);
        await worker.TickAsync();
        Assert.Equal(1, worker.Get<ItemsInFlight>().Count);

        await using (var other = Database.NewStore())
        {
            await other.CompleteAsync([new OutboxClaim(new OutboxId("a"), 1)], Time.GetUtcNow(), default);
        }

        Time.Advance(TimeSpan.FromSeconds(3));
        await worker.SweepAsync();

        Assert.Equal(0, worker.Get<ItemsInFlight>().Count);
    }

    [Fact]
    public async Task Purge_PastRetention_DeletesFinishedRowsInBatches()
    {
        await Database.EmitAsync([.. Enumerable.Range(0, 30).Select(i => OutboxRows.Row($"{i}", $"k{i}"))]);
        await using var worker = await StartAsync(o =>
        {
            o.Settings["Outbox:PurgeBatch"] = "7";
            o.Settings["CRM_OUTBOX_BATCH_SIZE"] = "20";
        });
        Assert.Equal(20, await worker.Get<OutboxDrain>().DrainOnceAsync(static (_, _) => Task.CompletedTask, default));

        Assert.Equal(0, await worker.Get<OutboxPurge>().RunAsync(default));
        Time.Advance(TimeSpan.FromDays(8));
        Assert.Equal(20, await worker.Get<OutboxPurge>().RunAsync(default));

        Assert.Equal(10L, await Database.ScalarAsync<long>("SELECT count(*) FROM crm_event_outbox"));
    }

    private Task TickUntilCompletedAsync(RoutingWorker worker) => Eventually.BecomesTrueAsync(
        async () =>
        {
            Time.Advance(TimeSpan.FromSeconds(2));
            await worker.TickAsync();
            return await StatusAsync() == "COMPLETED" || Time.GetUtcNow() > OutboxRows.Noon.AddSeconds(100);
        },
        "the row is tried again",
        TimeSpan.FromSeconds(20));

    private Task<RoutingWorker> StartAsync(Action<RoutingWorkerOptions>? configure = null) => RoutingWorker.StartAsync(Database, o =>
    {
        o.Time = Time;
        configure?.Invoke(o);
    });

    /// <summary>Runs of this worker get no verdict of safety before the gate opens.</summary>
    private Task<RoutingWorker> StartHeldAsync(Task gate) => StartAsync(o =>
        o.Specialists[nameof(SafetySpecialistActivity)] = async (services, call) =>
        {
            await gate;
            return await services.GetRequiredService<SafetySpecialistActivity>().Run(call, default);
        });

    private async Task<OutboxItem> ClaimAsync(PostgresOutboxStore store, string worker) => Assert.Single(await store.ClaimAsync(
        new OutboxClaimRequest(worker, 25, Time.GetUtcNow(), Time.GetUtcNow().AddSeconds(60)), default));

    private Task<string?> StatusAsync() => Database.ScalarAsync<string>("SELECT status FROM crm_event_outbox WHERE id = 'a'");

    private Task BecomesCompletedAsync() =>
        Eventually.BecomesTrueAsync(async () => await StatusAsync() == "COMPLETED", "the row is COMPLETED", TimeSpan.FromSeconds(20));
}
