using Aurora.Functions.Outbox;
using Aurora.Functions.Outbox.Claiming;
using Aurora.TestKit.Outbox;
using Xunit;

namespace Aurora.Functions.Tests.Outbox.Claiming;

public sealed class ClaimPositionTests
{
    private static readonly DateTimeOffset Now = OutboxRows.Noon.AddMinutes(1);
    private readonly ClaimPosition _position = new();

    [Fact]
    public void Next_Normally_LooksFromTheBeginning()
    {
        Observe(walked: 100);

        var scan = _position.Next(Now);

        Assert.True(scan.IsFull);
        Assert.All(scan.Floors, floor => Assert.Equal(DateTimeOffset.UnixEpoch, floor));
    }

    [Fact]
    public void Next_AfterALongWalk_StartsBehindTheLastHeadTaken()
    {
        Observe(walked: 50_000);
        _position.Ready("freed");

        var scan = _position.Next(Now.AddMilliseconds(10));

        Assert.False(scan.IsFull);
        Assert.Equal(OutboxRows.Noon.AddSeconds(2).AddMilliseconds(-500), scan.Floors[0]);
        Assert.Equal(["freed"], scan.Keys);
        Assert.Empty(_position.Next(Now.AddMilliseconds(11)).Keys);
    }

    [Fact]
    public void Next_WhileSkipping_LooksAtEverythingFromTimeToTime()
    {
        Observe(walked: 50_000, elapsedMs: 50);

        Assert.False(_position.Next(Now.AddMilliseconds(900)).IsFull);
        Assert.True(_position.Next(Now.AddMilliseconds(1_000)).IsFull);
    }

    [Fact]
    public void Observe_ShortWalkOfAFullScan_EndsTheSkipping()
    {
        Observe(walked: 50_000);
        Observe(walked: 10);

        Assert.False(_position.IsSkipping);
    }

    private void Observe(long walked, double elapsedMs = 5)
    {
        var item = new OutboxItem(
            new OutboxClaim(new OutboxId("a"), 1), "X", "{}", "t", "k", OutboxLane.Live, OutboxRows.Noon.AddSeconds(2));
        var scan = new ClaimPosition.Scan([], [], IsFull: true);
        _position.Observe(scan, [item], limit: 1, walked, TimeSpan.FromMilliseconds(elapsedMs), Now);
    }
}
