using Aurora.Functions.Platform.Postgres;
using Aurora.TestKit.Time;
using Xunit;

namespace Aurora.Functions.Tests.Platform.Postgres;

public sealed class BatchedPurgeTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task Run_ShortBatch_IsTheLastAndTheRunIsDone()
    {
        var left = 25;

        var purged = await BatchedPurge.RunAsync(10, int.MaxValue, _time, _ => Take(ref left, 10), CancellationToken.None);

        Assert.Equal(new PurgeResult(25, true), purged);
    }

    [Fact]
    public async Task Run_MoreBatchesThanAllowed_StopsAndSaysThatMoreIsLeft()
    {
        var left = 25;

        var purged = await BatchedPurge.RunAsync(10, 2, _time, _ => Take(ref left, 10), CancellationToken.None);

        Assert.Equal(new PurgeResult(20, false), purged);
    }

    [Fact]
    public async Task Run_TimeUp_StopsAfterTheBatchUnderWay()
    {
        var left = 1_000;

        var purged = await BatchedPurge.RunAsync(
            10,
            int.MaxValue,
            _time,
            _ =>
            {
                _time.Advance(TimeSpan.FromSeconds(11));
                return Take(ref left, 10);
            },
            CancellationToken.None);

        Assert.Equal(new PurgeResult(30, false), purged);
    }

    private static Task<int> Take(ref int left, int batch)
    {
        var rows = Math.Min(left, batch);
        left -= rows;
        return Task.FromResult(rows);
    }
}
