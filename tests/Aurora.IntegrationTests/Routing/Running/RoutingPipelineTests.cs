using System.Text.Json.Nodes;
using Aurora.Functions.Outbox;
using Aurora.Functions.Outbox.Draining;
using Aurora.Functions.Routing;
using Aurora.Functions.Routing.Deciding;
using Aurora.Functions.Routing.Specialists;
using Aurora.IntegrationTests.Outbox;
using Aurora.TestKit;
using Aurora.TestKit.Outbox;
using Aurora.TestKit.Postgres;
using Aurora.TestKit.Routing;
using Aurora.TestKit.Time;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Aurora.IntegrationTests.Routing.Running;

public sealed class RoutingPipelineTests(DatabaseFixture fixture) : OutboxTests(fixture)
{
    [Fact]
    public async Task AC7_1_Tick_ProceedAndBlock_BothEndCompletedWithTheirDecisions()
    {
        await Database.EmitAsync(OutboxRows.Row("a", "k1"), OutboxRows.Row("b", "k2", text: "vou ao PROCON"));
        await using var worker = await RoutingWorker.StartAsync(Database);

        await worker.TickAsync();
        await CompletedAsync(2);

        var proceed = await worker.Get<DecisionStore>().FindAsync(new OutboxId("a"), default);
        var block = await worker.Get<DecisionStore>().FindAsync(new OutboxId("b"), default);
        Assert.Equal(("PROCEED", 0, 1), (proceed!.Outcome, proceed.ScoreDelta, proceed.Attempt));
        Assert.Equal(("event-a", "contact-k1", "trace-a"), (proceed.EventId, proceed.ContactId, proceed.TraceId));
        Assert.Equal(("BLOCK", -50), (block!.Outcome, block.ScoreDelta));
        Assert.Equal("high_churn_risk", block.EnrichedContext.GetProperty("safety").GetProperty("flag").GetString());
        Assert.True(block.EnrichedContext.TryGetProperty("srv_extractor", out _));
        await EventIsLoggedAsync(worker, 1306);
        Assert.Contains(worker.Logs.Lines, l => l is { EventId: 1304, Level: LogLevel.Warning } && l.Message.Contains("trace-b", StringComparison.Ordinal));
        Assert.DoesNotContain(worker.Logs.Lines, l => l.Message.Contains("PROCON", StringComparison.Ordinal));

        // The second cycle finds nothing.
        Assert.Equal(0, await worker.Get<OutboxDrain>().DrainOnceAsync(static (_, _) => throw new InvalidOperationException(), default));
    }

    [Fact]
    public async Task AC7_2_Tick_TwoSpecialists_RunAtTheSameTimeAndLogIt()
    {
        await Database.EmitAsync(OutboxRows.Row("a", "k"));
        var bothStarted = new TaskCompletionSource();
        var started = 0;
        await using var worker = await RoutingWorker.StartAsync(Database, o =>
        {
            o.Specialists[nameof(SafetySpecialistActivity)] = (p, call) => p.GetRequiredService<SpecialistRunner>().RunAsync(
                "safety", call, async (context, _) => await MeetAsync(SafetyRules.Check(context.RawContent)), default);
            o.Specialists[nameof(SrvSpecialistActivity)] = (p, call) => p.GetRequiredService<SpecialistRunner>().RunAsync(
                "srv_extractor", call, async (_, _) => await MeetAsync(SpecialistResult.Of("srv_extractor", SpecialistStatus.Success, [])), default);
        });

        await worker.TickAsync();
        await CompletedAsync(1);

        var lines = worker.Logs.Lines.Where(l => l.EventId is 1301 or 1302).ToList();
        Assert.Equal([1301, 1301, 1302, 1302], lines.Select(l => l.EventId));
        Assert.All(lines, l => Assert.Contains("trace-a", l.Message, StringComparison.Ordinal));

        async Task<SpecialistResult> MeetAsync(SpecialistResult result)
        {
            if (Interlocked.Increment(ref started) == 2)
            {
                bothStarted.SetResult();
            }

            await bothStarted.Task.WaitAsync(TimeSpan.FromSeconds(10));
            return result;
        }
    }

    [Fact]
    public async Task AC7_10_Tick_SafetyFailsEveryTry_RowFailsAndTheNextClaimDecides()
    {
        await Database.EmitAsync(OutboxRows.Row("a", "k"));
        var time = new ManualTimeProvider(OutboxRows.Noon.AddMinutes(1));
        var isBroken = true;
        var tries = 0;
        await using var worker = await RoutingWorker.StartAsync(Database, o =>
        {
            o.Time = time;
            o.Specialists[nameof(SafetySpecialistActivity)] = (p, call) =>
            {
                Interlocked.Increment(ref tries);
                return Volatile.Read(ref isBroken)
                    ? throw new InvalidOperationException("model says 5511999999999")
                    : p.GetRequiredService<SafetySpecialistActivity>().Run(call, default);
            };
        });

        await worker.TickAsync();
        await AdvanceUntilAsync(time, () => StatusAsync("a"), "FAILED");

        Assert.Equal(3, tries);
        Assert.Equal(0L, await Database.ScalarAsync<long>("SELECT count(*) FROM mhc_decisions"));
        var error = await Database.ScalarAsync<string>("SELECT last_error FROM crm_event_outbox");
        Assert.Contains("safety", error, StringComparison.Ordinal);
        Assert.DoesNotContain("5511999999999", error, StringComparison.Ordinal);

        isBroken = false;
        time.Advance(TimeSpan.FromSeconds(6));
        await worker.TickAsync();
        await CompletedAsync(1);
        Assert.Equal(2, await Database.ScalarAsync<int>("SELECT attempt FROM mhc_decisions"));
    }

    [Fact]
    public async Task AC7_10_Tick_SrvFailsEveryTry_CompletesWithOneErrorEntry()
    {
        await Database.EmitAsync(OutboxRows.Row("a", "k"));
        var time = new ManualTimeProvider(OutboxRows.Noon.AddMinutes(1));
        await using var worker = await RoutingWorker.StartAsync(Database, o =>
        {
            o.Time = time;
            o.Specialists[nameof(SrvSpecialistActivity)] = static (_, _) => throw new InvalidOperationException("secret");
        });

        await worker.TickAsync();
        await AdvanceUntilAsync(time, () => StatusAsync("a"), "COMPLETED");

        var decision = (await worker.Get<DecisionStore>().FindAsync(new OutboxId("a"), default))!;
        Assert.Equal("PROCEED", decision.Outcome);
        Assert.Equal(["srv_extractor: System.InvalidOperationException (specialist_failed)"], decision.Errors);
        Assert.Equal(1, decision.EnrichedContext.GetProperty("errors").GetArrayLength());
    }

    [Fact]
    public async Task AC7_11_Tick_PoisonedRows_FailAloneAndTheHealthyOneCompletes()
    {
        await Database.EmitAsync(
            OutboxRows.Row("healthy", "k1"),
            OutboxRows.Row("unknown", "k2", eventType: "SOMETHING_ELSE"),
            OutboxRows.Row("malformed", "k3"),
            OutboxRows.Row("sql", "k4"));
        await Database.ExecuteAsync("UPDATE crm_event_outbox SET payload = '[]' WHERE id = 'malformed'");
        var time = new ManualTimeProvider(OutboxRows.Noon.AddMinutes(1));
        await using var worker = await RoutingWorker.StartAsync(Database, o =>
        {
            o.Time = time;
            o.Specialists[nameof(SrvSpecialistActivity)] = static (_, call) => Task.FromResult(SpecialistResult.Of(
                "srv_extractor", SpecialistStatus.Success, call.OutboxId == "sql" ? new JsonObject { ["text"] = "\0" } : []));
        });

        await worker.TickAsync();
        await AdvanceUntilAsync(time, () => StatusAsync("sql"), "FAILED");
        await CompletedAsync(1);

        Assert.Equal("COMPLETED", await StatusAsync("healthy"));
        Assert.Equal(
            ["malformed FAILED 1", "sql FAILED 1", "unknown FAILED 1"],
            await Database.ColumnAsync<string>(
                "SELECT id || ' ' || status || ' ' || attempts FROM crm_event_outbox WHERE id <> 'healthy' ORDER BY id"));
        Assert.Contains("SOMETHING_ELSE", await Database.ScalarAsync<string>("SELECT last_error FROM crm_event_outbox WHERE id = 'unknown'"), StringComparison.Ordinal);
        Assert.Contains("not an object", await Database.ScalarAsync<string>("SELECT last_error FROM crm_event_outbox WHERE id = 'malformed'"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AC7_9_Record_TwiceAndTooLate_StoresOneDecision()
    {
        await Database.EmitAsync(OutboxRows.Row("a", "k"));
        await using var worker = await RoutingWorker.StartAsync(Database);
        var item = Assert.Single(await worker.Store.ClaimAsync(
            new OutboxClaimRequest("w", 25, OutboxRows.Noon.AddMinutes(1), OutboxRows.Noon.AddMinutes(2)), default));
        var draft = new DecisionDraft("a", 1, "trace-a", "PROCEED", new Dictionary<string, System.Text.Json.JsonElement>(), 0, [], OutboxRows.Noon);
        var record = worker.Get<RecordDecisionActivity>();

        Assert.Equal(DecisionOutcome.Stale, await record.Run(draft with { Attempt = 9 }, default));
        Assert.Equal(DecisionOutcome.Recorded, await record.Run(draft, default));
        Assert.Equal(DecisionOutcome.AlreadyRecorded, await record.Run(draft, default));
        Assert.Equal(DecisionOutcome.Stale, await record.Run(draft with { Attempt = 2 }, default));

        Assert.Equal("PROCEED", await Database.ScalarAsync<string>("SELECT decision FROM mhc_decisions"));
        Assert.Equal("event-a", await Database.ScalarAsync<string>("SELECT event_id FROM mhc_decisions"));
        Assert.Equal(1, item.Claim.Attempt);
    }

    [Fact]
    public async Task Record_ManyAtOnce_EachGetsItsOwnOutcome()
    {
        await Database.EmitAsync([.. Enumerable.Range(0, 60).Select(i => OutboxRows.Row($"{i:D2}", $"k{i}", i))]);
        await using var worker = await RoutingWorker.StartAsync(Database);
        await worker.Store.ClaimAsync(new OutboxClaimRequest("w", 500, OutboxRows.Noon.AddMinutes(2), OutboxRows.Noon.AddMinutes(3)), default);
        var record = worker.Get<RecordDecisionActivity>();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => record.Run(
            new DecisionDraft($"{i:D2}", i % 3 == 0 ? 7 : 1, "t", "PROCEED", new Dictionary<string, System.Text.Json.JsonElement>(), i, [], OutboxRows.Noon), default)));

        Assert.Equal(20, outcomes.Count(o => o == DecisionOutcome.Stale));
        Assert.Equal(40L, await Database.ScalarAsync<long>("SELECT count(*) FROM mhc_decisions WHERE safety_score_delta = outbox_id::integer"));
    }

    private Task<string?> StatusAsync(string id) => Database.ScalarAsync<string>("SELECT status FROM crm_event_outbox WHERE id = $1", id);

    private Task CompletedAsync(long count) => Eventually.BecomesTrueAsync(
        async () => await Database.ScalarAsync<long>("SELECT count(*) FROM crm_event_outbox WHERE status = 'COMPLETED'") == count,
        $"{count} rows are COMPLETED",
        TimeSpan.FromSeconds(30));

    private static Task EventIsLoggedAsync(RoutingWorker worker, int eventId) => Eventually.BecomesTrueAsync(
        () => worker.Logs.Lines.Any(l => l.EventId == eventId), $"event {eventId} is logged", TimeSpan.FromSeconds(10));

    private static Task AdvanceUntilAsync(ManualTimeProvider time, Func<Task<string?>> read, string expected) =>
        Eventually.BecomesTrueAsync(
            async () =>
            {
                if (await read() == expected)
                {
                    return true;
                }

                time.Advance(TimeSpan.FromMilliseconds(200));
                return false;
            },
            $"the row is {expected}",
            TimeSpan.FromSeconds(30));
}
