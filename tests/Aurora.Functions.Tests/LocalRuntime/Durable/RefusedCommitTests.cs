using Aurora.LocalRuntime.Durable.Storage.InMemory;
using Aurora.LocalRuntime.Testing;
using Aurora.TestKit.Durable;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Xunit;

namespace Aurora.Functions.Tests.LocalRuntime.Durable;

/// <summary>One instance that the store refuses harms no other.</summary>
public sealed class RefusedCommitTests : IDisposable
{
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromSeconds(20));

    [Fact]
    public async Task Start_ThatCannotBeStored_FailsItsCallerAndNobodyElse()
    {
        await using var host = await StartAsync(new RefusingStore(new InMemoryInstanceStore(), "bad", fromCommit: 1));
        var starts = Enumerable.Range(0, 30).Select(i => host.Client.ScheduleNewOrchestrationInstanceAsync("Echo", i, new StartOrchestrationOptions($"good{i}"), _deadline.Token));
        var bad = host.Client.ScheduleNewOrchestrationInstanceAsync("Echo", 1, new StartOrchestrationOptions("bad"), _deadline.Token);

        var ids = await Task.WhenAll(starts);
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => bad);
        var ended = await Task.WhenAll(ids.Select(id => host.Client.WaitForInstanceCompletionAsync(id, _deadline.Token)));

        Assert.Contains("This cannot be stored.", refused.Message, StringComparison.Ordinal);
        Assert.All(ended, instance => Assert.Equal(OrchestrationRuntimeStatus.Completed, instance.RuntimeStatus));
    }

    [Fact]
    public async Task Turn_ThatCannotBeStored_FailsItsInstanceWithTheReason()
    {
        await using var host = await StartAsync(new RefusingStore(new InMemoryInstanceStore(), "bad", fromCommit: 2));

        await host.Client.ScheduleNewOrchestrationInstanceAsync("Echo", 1, new StartOrchestrationOptions("bad"), _deadline.Token);
        var ended = await host.Client.WaitForInstanceCompletionAsync("bad", getInputsAndOutputs: true, _deadline.Token);

        Assert.Equal(OrchestrationRuntimeStatus.Failed, ended.RuntimeStatus);
        Assert.Equal("This cannot be stored.", ended.FailureDetails!.ErrorMessage);
    }

    public void Dispose() => _deadline.Dispose();

    private static Task<DurableTaskTestHost> StartAsync(RefusingStore store) => DurableTaskTestHost.StartAsync(
        tasks => tasks
            .AddOrchestratorFunc<int, int>("Echo", (context, n) => context.CallActivityAsync<int>("Same", n))
            .AddActivityFunc<int, int>("Same", (_, n) => n),
        new DurableTaskTestHostOptions { EvictAfterEveryStep = false },
        store,
        configure: null,
        CancellationToken.None);
}
