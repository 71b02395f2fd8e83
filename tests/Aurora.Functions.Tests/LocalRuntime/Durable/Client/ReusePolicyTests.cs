using Aurora.LocalRuntime.Durable.Client;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Xunit;

namespace Aurora.Functions.Tests.LocalRuntime.Durable.Client;

public sealed class ReusePolicyTests
{
    [Fact]
    public void Read_NoList_OnlyLiveInstancesForbidAStart()
    {
        Assert.Equivalent(
            new[] { OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Suspended },
            ReusePolicy.Read(null),
            strict: true);
    }

    [Fact]
    public void Read_EveryValidStatus_IsAccepted()
    {
        var options = new StartOrchestrationOptions().WithDedupeStatuses([.. StartOrchestrationOptionsExtensions.ValidDedupeStatuses]);

        Assert.Contains("Canceled", options.DedupeStatuses!);
        Assert.Equal(6, ReusePolicy.Read(options.DedupeStatuses).Count);
    }

    [Theory]
    [InlineData("Terminated")]
    [InlineData("Terminated", "Running", "Pending")]
    public void Read_TerminatedWithoutEveryLiveStatus_IsAnArgumentError(params string[] statuses)
    {
        Assert.Throws<ArgumentException>(() => ReusePolicy.Read(statuses));
    }

    [Fact]
    public void Read_TerminatedWithoutLiveStatuses_IsTakenWhereAnyListIsAccepted()
    {
        Assert.Equal([OrchestrationRuntimeStatus.Terminated], ReusePolicy.Read(["Terminated"], acceptsAny: true));
    }

    [Fact]
    public void Read_UnknownStatus_IsAnArgumentError()
    {
        var thrown = Assert.Throws<ArgumentException>(() => ReusePolicy.Read(["Completed", "Asleep", "Failed"]));

        Assert.StartsWith("Invalid orchestration runtime status: 'Asleep' for deduplication.", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_StatusesInAnyCase_AreUnderstood()
    {
        Assert.Equal(
            [OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed], ReusePolicy.Read(["completed", "FAILED", "continuedAsNew"]));
    }
}
