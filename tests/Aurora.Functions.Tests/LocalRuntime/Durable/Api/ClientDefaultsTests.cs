using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Moq;
using Xunit;

namespace Aurora.Functions.Tests.LocalRuntime.Durable.Api;

/// <summary>What a client does without being told: the members that have a body in the package.</summary>
public sealed class ClientDefaultsTests
{
    private readonly Mock<DurableTaskClient> _client = new("name") { CallBase = true };

    [Fact]
    public async Task Overloads_OfEachOperation_CallTheFullOne()
    {
        using var source = new CancellationTokenSource();
        var token = source.Token;
        var options = new StartOrchestrationOptions("id");
        var instance = new OrchestrationMetadata("n", "id");
        _client.Setup(c => c.ScheduleNewOrchestrationInstanceAsync("n", null, options, token)).ReturnsAsync("id");
        _client.Setup(c => c.ScheduleNewOrchestrationInstanceAsync("n", 1, null, token)).ReturnsAsync("id");
        _client.Setup(c => c.WaitForInstanceCompletionAsync("id", false, token)).ReturnsAsync(instance);
        _client.Setup(c => c.WaitForInstanceStartAsync("id", false, token)).ReturnsAsync(instance);
        _client.Setup(c => c.GetInstancesAsync("id", true, token)).ReturnsAsync(instance);
        _client.Setup(c => c.GetInstancesAsync("id", false, token)).ReturnsAsync(instance);

        Assert.Equal("name", _client.Object.Name);
        Assert.Equal("id", await _client.Object.ScheduleNewOrchestrationInstanceAsync("n", options, token));
        Assert.Equal("id", await _client.Object.ScheduleNewOrchestrationInstanceAsync("n", 1, token));
        Assert.Same(instance, await _client.Object.WaitForInstanceCompletionAsync("id", token));
        Assert.Same(instance, await _client.Object.WaitForInstanceStartAsync("id", token));
        Assert.Same(instance, await _client.Object.GetInstanceAsync("id", true, token));
        Assert.Same(instance, await _client.Object.GetInstanceAsync("id", token));
    }

    [Fact]
    public async Task Terminate_WithAnOutput_WrapsItInOptions()
    {
        _client.Setup(c => c.TerminateInstanceAsync("id", new TerminateInstanceOptions("out", false), default))
            .Returns(Task.CompletedTask).Verifiable();

        await _client.Object.TerminateInstanceAsync("id", (object)"out");

        _client.Verify();
    }

    [Fact]
    public async Task Purge_ByTimesAndStatuses_MakesAFilter()
    {
        var from = DateTimeOffset.UnixEpoch;
        var to = from.AddDays(1);
        OrchestrationRuntimeStatus[] statuses = [OrchestrationRuntimeStatus.Failed];
        var result = new PurgeResult(3, true);
        _client.Setup(c => c.PurgeAllInstancesAsync(new PurgeInstancesFilter(from, to, statuses), null, default)).ReturnsAsync(result);

        Assert.Same(result, await _client.Object.PurgeInstancesAsync(from, to, statuses));
    }

    [Fact]
    public async Task OptionalOperations_NotOverridden_AreNotSupported()
    {
        var client = _client.Object;

        await Assert.ThrowsAsync<NotSupportedException>(() => client.TerminateInstanceAsync("id"));
        await Assert.ThrowsAsync<NotSupportedException>(() => client.PurgeInstanceAsync("id"));
        await Assert.ThrowsAsync<NotSupportedException>(() => client.PurgeAllInstancesAsync(new PurgeInstancesFilter()));
        await Assert.ThrowsAsync<NotSupportedException>(() => client.RestartAsync("id"));
        await Assert.ThrowsAsync<NotSupportedException>(() => client.ListInstanceIdsAsync());
    }
}
