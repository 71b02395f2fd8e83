using Aurora.Functions.Outbox;
using Aurora.Functions.Outbox.Draining;
using Aurora.TestKit.Outbox;
using Aurora.TestKit.Postgres;
using Aurora.TestKit.Routing;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Aurora.IntegrationTests.Outbox.Recovering;

/// <summary>Whatever somebody did to the tables by hand, no row waits for ever.</summary>
public sealed class OutboxRepairTests(DatabaseFixture fixture) : OutboxTests(fixture)
{
    [Theory]
    [InlineData("DELETE FROM crm_event_outbox WHERE id = 'a'", "bc")]
    [InlineData("UPDATE crm_event_outbox SET status = 'COMPLETED' WHERE id = 'a'", "bc")]
    [InlineData("UPDATE crm_event_outbox SET status = 'FAILED', dead_at = next_retry_at WHERE id = 'a'", "bc")]
    [InlineData("UPDATE crm_event_outbox SET partition_key = 'elsewhere' WHERE id = 'a'", "abc")]
    [InlineData("UPDATE crm_event_outbox SET status = 'PROCESSING' WHERE id = 'a'", "abc")]
    [InlineData("UPDATE crm_event_outbox SET dead_at = next_retry_at", "")]
    [InlineData("DELETE FROM crm_event_outbox", "")]
    [InlineData("UPDATE outbox_keys SET state = 1", "abc")]
    [InlineData("UPDATE outbox_keys SET state = 2, due_at = '2999-01-01'", "abc")]
    [InlineData("UPDATE outbox_keys SET head_id = 'nobody'", "abc")]
    [InlineData("UPDATE outbox_keys SET head_id = 'c', head_created_at = head_created_at + interval '2 seconds'", "abc")]
    [InlineData("UPDATE outbox_keys SET waiting = 0", "abc")]
    [InlineData("DELETE FROM outbox_keys", "abc")]
    public async Task Rows_AfterAChangeByHand_AreAllDecidedInOrder(string change, string expected)
    {
        await Database.EmitAsync(OutboxRows.Row("a", "k", 0), OutboxRows.Row("b", "k", 1), OutboxRows.Row("c", "k", 2));
        await Database.ExecuteAsync(change);
        await using var worker = await StartAsync();

        var handled = await DrainAsync(worker);

        Assert.Equal(expected, handled);
        Assert.Equal(0, await Database.ScalarAsync<long>("SELECT count(*) FROM outbox_keys"));
    }

    [Fact]
    public async Task Row_InFlightSetBackByHand_IsClaimedAgain()
    {
        await Database.EmitAsync(OutboxRows.Row("a", "k", 0), OutboxRows.Row("b", "k", 1));
        await using var worker = await StartAsync();
        await worker.Store.ClaimAsync(new OutboxClaimRequest(worker.WorkerId, 25, Time.GetUtcNow(), Time.GetUtcNow().AddMinutes(1)), default);
        await Database.ExecuteAsync("UPDATE crm_event_outbox SET status = 'PENDING', locked_by = NULL, locked_until = NULL");

        Assert.Equal("ab", await DrainAsync(worker));
        Assert.Contains(worker.Logs.Lines, line => line is { EventId: 1114, Level: LogLevel.Warning });
    }

    [Fact]
    public async Task OlderRow_WrittenByHandBehindTheHead_IsDecidedBeforeTheKeyIsEmpty()
    {
        await Database.EmitAsync([.. Enumerable.Range(0, 9).Select(i => OutboxRows.Row($"{i}", "k", i))]);
        await Database.ExecuteAsync(
            """
            INSERT INTO crm_event_outbox (id, event_type, payload, trace_id, created_at, next_retry_at, partition_key)
            SELECT 'x', event_type, payload, trace_id, created_at - interval '1 hour', next_retry_at, partition_key
            FROM crm_event_outbox WHERE id = '0'
            """);
        await using var worker = await StartAsync();

        Assert.Equal("x012345678", await DrainAsync(worker));
    }

    [Fact]
    public async Task Keys_Untouched_AreNotRepaired()
    {
        await Database.EmitAsync([.. Enumerable.Range(0, 20).Select(i => OutboxRows.Row($"{i}", $"k{i % 5}", i))]);
        await using var worker = await StartAsync();
        var claims = await worker.Store.ClaimAsync(
            new OutboxClaimRequest(worker.WorkerId, 3, Time.GetUtcNow(), Time.GetUtcNow().AddMinutes(1)), default);
        await worker.Store.FailAsync(
            [new OutboxFailure(claims[0].Claim, "no", Time.GetUtcNow().AddMinutes(5), IsDead: false)], Time.GetUtcNow(), default);
        await worker.Store.FailAsync(
            [new OutboxFailure(claims[1].Claim, "no", Time.GetUtcNow(), IsDead: true)], Time.GetUtcNow(), default);
        await worker.Store.RetryAsync(claims[1].Claim.Id, Time.GetUtcNow(), default);

        Assert.Equal(new OutboxKeySweep(0, null), await worker.Store.RepairAsync(null, 100, Time.GetUtcNow(), default));
    }

    [Fact]
    public async Task Repair_ManyKeys_GoesPageByPage()
    {
        await Database.EmitAsync([.. Enumerable.Range(0, 25).Select(i => OutboxRows.Row($"{i}", $"k{i:D2}", i))]);
        await Database.ExecuteAsync("UPDATE outbox_keys SET state = 1");
        await using var store = Database.NewStore();

        var first = await store.RepairAsync(null, 10, Time.GetUtcNow(), default);
        var second = await store.RepairAsync(first.Cursor, 10, Time.GetUtcNow(), default);
        var third = await store.RepairAsync(second.Cursor, 10, Time.GetUtcNow(), default);

        Assert.Equal((10, "k09"), (first.Repaired, first.Cursor));
        Assert.Equal((10, "k19"), (second.Repaired, second.Cursor));
        Assert.Equal((5, null), (third.Repaired, third.Cursor));
    }

    [Fact]
    public async Task Repair_WhileWorkersClaimFailAndComplete_FindsNothingToMend()
    {
        await Database.EmitAsync([.. Enumerable.Range(0, 1_000).Select(i => OutboxRows.Row($"{i:D4}", $"k{i % 40:D2}", i / 100.0))]);
        using var done = new CancellationTokenSource();
        var repairing = Task.Run(async () =>
        {
            await using var store = Database.NewStore();
            var (repaired, rounds) = (0, 0);
            for (string? cursor = null; !done.IsCancellationRequested; rounds++)
            {
                var step = await store.RepairAsync(cursor, 7, Time.GetUtcNow(), CancellationToken.None);
                (cursor, repaired) = (step.Cursor, repaired + step.Repaired);
            }

            return (repaired, rounds);
        });

        await Task.WhenAll(Enumerable.Range(0, 3).Select(worker => Task.Run(() => WorkAsync($"w{worker}"))));
        await done.CancelAsync();

        var (mended, looks) = await repairing;
        Assert.Equal(0, mended);
        Assert.True(looks > 10, $"it looked {looks} times only");
        Assert.Equal(0, await Database.ScalarAsync<long>("SELECT count(*) FROM outbox_keys"));
    }

    private async Task WorkAsync(string worker)
    {
        await using var store = Database.NewStore();
        var now = Time.GetUtcNow();
        while (await Database.ScalarAsync<long>("SELECT count(*) FROM outbox_keys") > 0)
        {
            var items = await store.ClaimAsync(new OutboxClaimRequest(worker, 10, now, now.AddMinutes(1)), default);
            var failing = items.Where(item => item.Claim is { Attempt: 1 } && item.Claim.Id.Value.EndsWith('3')).ToList();
            await store.FailAsync([.. failing.Select(item => new OutboxFailure(item.Claim, "no", now, IsDead: false))], now, default);
            await store.CompleteAsync([.. items.Except(failing).Select(item => item.Claim)], now, default);
        }
    }

    /// <summary>Sweeps and drains for a while; answers the ids in the order in which they were handled.</summary>
    private async Task<string> DrainAsync(RoutingWorker worker)
    {
        var handled = new List<string>();
        for (var i = 0; i < 30; i++)
        {
            await worker.SweepAsync();
            await worker.Get<OutboxDrain>().DrainOnceAsync(
                (item, _) =>
                {
                    handled.Add(item.Claim.Id.Value);
                    return Task.CompletedTask;
                },
                default);
            Time.Advance(TimeSpan.FromSeconds(6));
        }

        return string.Concat(handled);
    }

    private Task<RoutingWorker> StartAsync() => RoutingWorker.StartAsync(Database, o => o.Time = Time);
}
