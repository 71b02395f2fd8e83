using Aurora.Functions.Outbox;
using Aurora.Functions.Outbox.Storing;
using Aurora.TestKit.Outbox;
using Xunit;

namespace Aurora.Functions.Tests.Outbox.Storing;

/// <summary>Nothing waits unexplained.</summary>
public sealed class WaitingRulesTests
{
    private static readonly DateTimeOffset Now = OutboxRows.Noon;

    public static TheoryData<string, string?, string?> Unfinished() => new()
    {
        { "PENDING", null, null }, { "PENDING", "self", "Ready" }, { "PENDING", "self", "InFlight" }, { "PENDING", "self", "Delayed" },
        { "PENDING", "other", "Ready" }, { "PENDING", "other", "InFlight" }, { "PENDING", "other", "Delayed" },
        { "FAILED", null, null }, { "FAILED", "self", "Ready" }, { "FAILED", "self", "InFlight" }, { "FAILED", "self", "Delayed" },
        { "FAILED", "other", "Ready" }, { "FAILED", "other", "InFlight" }, { "FAILED", "other", "Delayed" },
        { "PROCESSING", null, null }, { "PROCESSING", "self", "InFlight" },
    };

    [Theory]
    [MemberData(nameof(Unfinished))]
    public void Explain_UnfinishedRow_HasASentence(string status, string? head, string? state)
    {
        var known = head is null
            ? null
            : new OutboxKeyHead(new OutboxId(head), Enum.Parse<OutboxKeyState>(state!), Now.AddSeconds(5));

        Assert.False(string.IsNullOrWhiteSpace(WaitingRules.Explain(Row(status), known, Now)));
    }

    [Fact]
    public void Explain_CompletedRow_WaitsForNothing() => Assert.Null(WaitingRules.Explain(Row("COMPLETED"), null, Now));

    [Fact]
    public void Explain_BehindAnother_NamesItAndWhatItWaitsFor()
    {
        var head = new OutboxKeyHead(new OutboxId("other"), OutboxKeyState.Delayed, Now.AddSeconds(5));

        var reason = WaitingRules.Explain(Row("PENDING"), head, Now);

        Assert.Equal("behind other of the same key, retried at 2026-03-02T12:00:05.000Z", reason);
    }

    [Fact]
    public void Explain_DeadRow_WaitsForAnOperator() => Assert.StartsWith(
        "dead since 2026-03-02T12:00:00.000Z after 3 attempts", WaitingRules.Explain(Row("FAILED") with { DeadAt = Now }, null, Now), StringComparison.Ordinal);

    [Fact]
    public void Explain_LeaseRunOut_WaitsForTheSweep() => Assert.Contains(
        "waits for the sweep", WaitingRules.Explain(Row("PROCESSING") with { LockedUntil = Now.AddSeconds(-1) }, null, Now), StringComparison.Ordinal);

    private static OutboxStanding Row(string status) => new(
        new OutboxId("self"),
        OutboxEvents.IngestReceived,
        "trace",
        OutboxStatusNames.FromStored(status),
        3,
        null,
        Now,
        null,
        Now,
        null,
        "key",
        OutboxLane.Live,
        "worker",
        Now.AddSeconds(60),
        "{}",
        null);
}
