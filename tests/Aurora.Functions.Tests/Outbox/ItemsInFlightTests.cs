using Aurora.Functions.Outbox;
using Aurora.TestKit.Outbox;
using Xunit;

namespace Aurora.Functions.Tests.Outbox;

public sealed class ItemsInFlightTests
{
    [Fact]
    public void Add_UpToTheBound_LeavesNoPlace()
    {
        var inFlight = new ItemsInFlight(2, 1_000);

        inFlight.Add(Item("a"), OutboxRows.Noon);
        inFlight.Add(Item("b"), OutboxRows.Noon);

        Assert.Equal(0, inFlight.Free);
        inFlight.Remove(Item("a").Claim);
        Assert.Equal(1, inFlight.Free);
    }

    [Fact]
    public void Find_PayloadBeyondTheBudget_IsNotKept()
    {
        var inFlight = new ItemsInFlight(10, 12);

        inFlight.Add(Item("a"), OutboxRows.Noon);
        inFlight.Add(Item("b"), OutboxRows.Noon);

        Assert.NotNull(inFlight.Find(Item("a").Claim));
        Assert.Null(inFlight.Find(Item("b").Claim));
        Assert.Equal(2, inFlight.Count);
        inFlight.Remove(Item("a").Claim);
        inFlight.Add(Item("c"), OutboxRows.Noon);
        Assert.NotNull(inFlight.Find(Item("c").Claim));
    }

    [Fact]
    public void ListClaimedBefore_OldOnesOnly()
    {
        var inFlight = new ItemsInFlight(10, 1_000);
        inFlight.Add(Item("old"), OutboxRows.Noon);
        inFlight.Add(Item("new"), OutboxRows.Noon.AddSeconds(5));

        Assert.Equal([Item("old").Claim], inFlight.ListClaimedBefore(OutboxRows.Noon.AddSeconds(5), 10));
    }

    private static OutboxItem Item(string id) =>
        new(new OutboxClaim(new OutboxId(id), 1), "X", "0123456789", "t", "k", OutboxLane.Live, OutboxRows.Noon);
}
