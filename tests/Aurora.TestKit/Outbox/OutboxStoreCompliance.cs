using Aurora.Functions.Outbox;
using Xunit;

namespace Aurora.TestKit.Outbox;

/// <summary>What every store of the outbox promises; one subclass per store.</summary>
public abstract class OutboxStoreCompliance
{
    private static readonly DateTimeOffset Later = OutboxRows.Noon.AddMinutes(1);

    internal abstract IOutboxStore Store { get; }

    internal abstract Task EmitAsync(params OutboxEvent[] events);

    [Fact]
    public async Task Claim_SeveralKeys_OldestFirstAndMarkedAsClaimed()
    {
        await EmitAsync(OutboxRows.Row("c", "k3", 3), OutboxRows.Row("a", "k1", 1), OutboxRows.Row("b", "k2", 2));

        var items = await ClaimAsync();

        Assert.Equal(["a", "b", "c"], items.Select(i => i.Claim.Id.Value));
        Assert.All(items, i => Assert.Equal(1, i.Claim.Attempt));
        var row = await RowAsync("a");
        Assert.Equal(OutboxStatus.Processing, row.Status);
        Assert.Equal("worker", row.LockedBy);
        Assert.Equal(Later.AddSeconds(60), row.LockedUntil);
    }

    [Fact]
    public async Task Claim_Lanes_LiveBeforeCalendarBeforeBulk()
    {
        await EmitAsync(
            OutboxRows.Row("bulk", "k1", 1, OutboxLane.Bulk),
            OutboxRows.Row("calendar", "k2", 2, OutboxLane.Calendar),
            OutboxRows.Row("live", "k3", 3));

        var first = await ClaimAsync(limit: 2);
        var rest = await ClaimAsync();

        Assert.Equal(["live", "calendar"], first.Select(i => i.Claim.Id.Value));
        Assert.Equal(["bulk"], rest.Select(i => i.Claim.Id.Value));
    }

    [Fact]
    public async Task Claim_OneKey_OneRowInFlightAndInOrder()
    {
        await EmitAsync(OutboxRows.Row("1", "k", 1), OutboxRows.Row("2", "k", 1), OutboxRows.Row("3", "k", 0));
        var seen = new List<string>();

        for (var i = 0; i < 3; i++)
        {
            var item = Assert.Single(await ClaimAsync());
            seen.Add(item.Claim.Id.Value);
            Assert.Empty(await ClaimAsync());
            var mark = Assert.Single(await Store.CompleteAsync([item.Claim], Later, default));
            Assert.Equal(new OutboxMark(false, i < 2), mark);
        }

        // Rows keep the order in which they were written, whatever their clocks said.
        Assert.Equal(["1", "2", "3"], seen);
        Assert.Empty(await ClaimAsync());
    }

    [Fact]
    public async Task Claim_NothingReady_IsEmpty() => Assert.Empty(await ClaimAsync());

    [Fact]
    public async Task Complete_Twice_SecondIsStale()
    {
        await EmitAsync(OutboxRows.Row("a", "k"));
        var claim = (await ClaimAsync())[0].Claim;

        var first = await Store.CompleteAsync([claim], Later, default);
        var second = await Store.CompleteAsync([claim], Later.AddSeconds(1), default);

        Assert.False(first[0].IsStale);
        Assert.True(second[0].IsStale);
        var row = await RowAsync("a");
        Assert.Equal(OutboxStatus.Completed, row.Status);
        Assert.Equal(Later, row.ProcessedAt);
        Assert.Null(row.LockedBy);
        Assert.Null(row.WaitsBecause);
    }

    [Fact]
    public async Task Complete_OldAttempt_ChangesNothing()
    {
        await EmitAsync(OutboxRows.Row("a", "k"));
        var first = (await ClaimAsync())[0].Claim;
        await FailAsync(first, Later);
        var second = (await ClaimAsync())[0].Claim;

        var stale = await Store.CompleteAsync([first], Later, default);

        Assert.True(stale[0].IsStale);
        Assert.Equal(2, second.Attempt);
        Assert.Equal(OutboxStatus.Processing, (await RowAsync("a")).Status);
        Assert.False((await Store.CompleteAsync([second], Later, default))[0].IsStale);
    }

    [Fact]
    public async Task Fail_WaitsForItsInstant_AndHoldsItsKey()
    {
        await EmitAsync(OutboxRows.Row("a", "k", 0), OutboxRows.Row("b", "k", 1));
        var claim = (await ClaimAsync())[0].Claim;
        var retryAt = Later.AddSeconds(5);

        await FailAsync(claim, retryAt, "broken\0 pipe");

        Assert.Empty(await ClaimAsync(now: retryAt.AddMilliseconds(-1)));
        var row = await RowAsync("a");
        Assert.Equal(OutboxStatus.Failed, row.Status);
        Assert.Equal("broken pipe", row.LastError);
        Assert.Contains("retry at", row.WaitsBecause, StringComparison.Ordinal);
        Assert.Contains("behind a", (await RowAsync("b")).WaitsBecause, StringComparison.Ordinal);
        var again = Assert.Single(await ClaimAsync(now: retryAt));
        Assert.Equal(new OutboxClaim(new OutboxId("a"), 2), again.Claim);
        Assert.Null((await RowAsync("a")).LastError);
    }

    [Fact]
    public async Task Fail_Dead_FreesItsKeyAndLeavesTheClaim()
    {
        await EmitAsync(OutboxRows.Row("a", "k", 0), OutboxRows.Row("b", "k", 1));
        var claim = (await ClaimAsync())[0].Claim;

        var mark = await Store.FailAsync([new OutboxFailure(claim, "no more", Later, IsDead: true)], Later, default);

        Assert.Equal(new OutboxMark(false, true), mark[0]);
        Assert.Equal("b", Assert.Single(await ClaimAsync(now: Later.AddDays(1))).Claim.Id.Value);
        var row = await RowAsync("a");
        Assert.Equal(OutboxStatus.Failed, row.Status);
        Assert.Equal(Later, row.DeadAt);
        Assert.Contains("dead since", row.WaitsBecause, StringComparison.Ordinal);
        Assert.Equal(["a"], (await Store.ListDeadAsync(null, 10, Later, default)).Select(r => r.Id.Value));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Retry_DeadRow_IsClaimedBeforeYoungerRowsAndKeepsAttempts(int state)
    {
        await EmitAsync(OutboxRows.Row("a", "k", 0), OutboxRows.Row("b", "k", 1), OutboxRows.Row("c", "k", 2));
        await Store.FailAsync([new OutboxFailure((await ClaimAsync())[0].Claim, "dead", Later, true)], Later, default);
        var younger = state == 0 ? default : (await ClaimAsync())[0].Claim;
        if (state == 2)
        {
            await FailAsync(younger, Later.AddSeconds(5));
        }

        Assert.Equal(OutboxRetryOutcome.Requeued, await Store.RetryAsync(new OutboxId("a"), Later, default));

        if (state == 1)
        {
            Assert.Empty(await ClaimAsync());
            await Store.CompleteAsync([younger], Later, default);
        }

        var item = Assert.Single(await ClaimAsync());
        Assert.Equal(new OutboxClaim(new OutboxId("a"), 2), item.Claim);
        await Store.CompleteAsync([item.Claim], Later, default);
        await FinishAllAsync(Later.AddSeconds(10));
        Assert.Equal(3, (await Store.ReadStatisticsAsync(default)).Completed);
    }

    [Fact]
    public async Task Retry_OtherStates_AreRefused()
    {
        await EmitAsync(OutboxRows.Row("a", "k"));

        Assert.Equal(OutboxRetryOutcome.NotFound, await Store.RetryAsync(new OutboxId("unknown"), Later, default));
        Assert.Equal(OutboxRetryOutcome.NotFailed, await Store.RetryAsync(new OutboxId("a"), Later, default));
        var claim = (await ClaimAsync())[0].Claim;
        Assert.Equal(OutboxRetryOutcome.NotFailed, await Store.RetryAsync(new OutboxId("a"), Later, default));
        await Store.CompleteAsync([claim], Later, default);
        Assert.Equal(OutboxRetryOutcome.NotFailed, await Store.RetryAsync(new OutboxId("a"), Later, default));
    }

    [Fact]
    public async Task Retry_WaitingRow_IsDueAtOnce()
    {
        await EmitAsync(OutboxRows.Row("a", "k"));
        await FailAsync((await ClaimAsync())[0].Claim, Later.AddHours(1));

        Assert.Equal(OutboxRetryOutcome.Requeued, await Store.RetryAsync(new OutboxId("a"), Later, default));

        Assert.Single(await ClaimAsync());
    }

    [Fact]
    public async Task Leases_Expired_AreListedExtendedAndGivenUp()
    {
        await EmitAsync(OutboxRows.Row("a", "k1"), OutboxRows.Row("b", "k2", 1));
        var items = await ClaimAsync();
        var end = Later.AddSeconds(60);

        Assert.Empty(await Store.ListExpiredAsync(end.AddMilliseconds(-1), 10, default));
        var expired = await Store.ListExpiredAsync(end, 10, default);
        Assert.Equal(["a", "b"], expired.Select(l => l.Claim.Id.Value).Order());
        Assert.Equal(1, await Store.ExtendAsync([items[0].Claim, items[1].Claim with { Attempt = 9 }], "other", end.AddSeconds(60), default));

        var left = Assert.Single(await Store.ListExpiredAsync(end, 10, default));
        Assert.Equal("b", left.Claim.Id.Value);
        Assert.Equal("worker", left.WorkerId);
        Assert.Equal("other", (await RowAsync("a")).LockedBy);
    }

    [Fact]
    public async Task FindClaimed_OwnedOrNot()
    {
        await EmitAsync(OutboxRows.Row("a", "k"));
        var claim = (await ClaimAsync())[0].Claim;

        var found = await Store.FindClaimedAsync(claim, default);

        Assert.Contains("event-a", found!.PayloadJson, StringComparison.Ordinal);
        Assert.Null(await Store.FindClaimedAsync(claim with { Attempt = 2 }, default));
        Assert.Equal([claim], await Store.ListOwnedAsync([claim, claim with { Attempt = 2 }], default));
    }

    [Fact]
    public async Task Purge_OldCompletedRowsOnly_InBoundedBatches()
    {
        await EmitAsync([.. Enumerable.Range(0, 5).Select(i => OutboxRows.Row($"done-{i}", $"k{i}", i))]);
        await FinishAllAsync(Later);
        await EmitAsync(OutboxRows.Row("waiting", "kw"));

        Assert.Equal(0, await Store.PurgeAsync(Later, 10, default));
        Assert.Equal(3, await Store.PurgeAsync(Later.AddMilliseconds(1), 3, default));
        Assert.Equal(2, await Store.PurgeAsync(Later.AddMilliseconds(1), 3, default));

        var left = await Store.ReadStatisticsAsync(default);
        Assert.Equal((1, 0), (left.Pending, left.Completed));
    }

    [Fact]
    public async Task Statistics_EveryState_IsCounted()
    {
        await EmitAsync([.. Enumerable.Range(0, 5).Select(i => OutboxRows.Row($"{i}", $"k{i}", i))]);
        var items = await ClaimAsync(limit: 4);
        await Store.CompleteAsync([items[0].Claim], Later, default);
        await FailAsync(items[1].Claim, Later.AddHours(1));
        await Store.FailAsync([new OutboxFailure(items[2].Claim, "dead", Later, true)], Later, default);

        var all = await Store.ReadStatisticsAsync(default);
        var backlog = await Store.ReadBacklogAsync(default);

        Assert.Equal(new OutboxStatistics(1, 1, 1, 2, 1, 3, OutboxRows.Noon.AddSeconds(1)), all);
        Assert.Equal(new OutboxBacklog(3, 1, OutboxRows.Noon.AddSeconds(1)), backlog);
    }

    [Fact]
    public async Task ListByTrace_KnownAndUnknown()
    {
        await EmitAsync(OutboxRows.Row("a", "k"));

        var row = Assert.Single(await Store.ListByTraceAsync("trace-a", Later, default));

        Assert.Equal("ready, waits for a free worker", row.WaitsBecause);
        Assert.Empty(await Store.ListByTraceAsync("unknown", Later, default));
        Assert.Null(await Store.FindAsync(new OutboxId("unknown"), Later, default));
    }

    internal Task<IReadOnlyList<OutboxItem>> ClaimAsync(int limit = 25, DateTimeOffset? now = null) =>
        Store.ClaimAsync(new OutboxClaimRequest("worker", limit, now ?? Later, (now ?? Later).AddSeconds(60)), default);

    private Task<IReadOnlyList<OutboxMark>> FailAsync(OutboxClaim claim, DateTimeOffset nextRetryAt, string reason = "failed") =>
        Store.FailAsync([new OutboxFailure(claim, reason, nextRetryAt, IsDead: false)], Later, default);

    private async Task<OutboxStanding> RowAsync(string id) =>
        await Store.FindAsync(new OutboxId(id), Later, default) ?? throw new InvalidOperationException($"No row {id}.");

    private async Task FinishAllAsync(DateTimeOffset now)
    {
        for (var items = await ClaimAsync(now: now); items.Count > 0; items = await ClaimAsync(now: now))
        {
            await Store.CompleteAsync([.. items.Select(i => i.Claim)], now, default);
        }
    }
}
