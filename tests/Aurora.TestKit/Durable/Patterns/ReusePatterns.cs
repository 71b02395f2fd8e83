// Over 200 lines: one suite, so that every store runs all of it.
using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Xunit;

namespace Aurora.TestKit.Durable.Patterns;

/// <summary>Ids used again: starting twice, restarting, purging.</summary>
public abstract class ReusePatterns(StartPatternHost start) : PatternSuite(start)
{
    private const string Name = "Waiter";

    [Theory]
    [InlineData(false, OrchestrationRuntimeStatus.Completed)]
    [InlineData(true, OrchestrationRuntimeStatus.Failed)]
    public async Task Start_StatusInTheList_IsRefused(bool failing, OrchestrationRuntimeStatus status)
    {
        await using var host = await StartAsync(Register);
        await RunToEndAsync(host, "taken", failing);

        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => ScheduleAsync(
            host, new StartOrchestrationOptions("taken").WithDedupeStatuses(status, OrchestrationRuntimeStatus.Terminated,
                OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Suspended)));
        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => ScheduleAsync(
            host, new StartOrchestrationOptions("taken").WithDedupeStatuses(status)));
    }

    [Fact]
    public async Task Start_FinishedStatusNotInTheList_Replaces()
    {
        await using var host = await StartAsync(Register);
        await RunToEndAsync(host, "taken", false);

        var options = new StartOrchestrationOptions("taken")
            .WithDedupeStatuses(OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Running);
        Assert.Equal("taken", await ScheduleAsync(host, options));
        await host.Client.WaitForInstanceStartAsync("taken");

        Assert.Equal(OrchestrationRuntimeStatus.Running, (await host.Client.GetInstanceAsync("taken"))!.RuntimeStatus);
    }

    [Fact]
    public async Task Start_ListGivenButIdFree_Starts()
    {
        await using var host = await StartAsync(Register);

        var id = await host.BeginAsync(Name, false, new StartOrchestrationOptions("free").WithDedupeStatuses(
            [.. StartOrchestrationOptionsExtensions.ValidDedupeStatuses]));

        Assert.Equal(OrchestrationRuntimeStatus.Running, (await host.Client.GetInstanceAsync(id))!.RuntimeStatus);
    }

    [Fact]
    public async Task Start_NoListAndUnfinished_IsRefused()
    {
        await using var host = await StartAsync(Register);
        await host.BeginAsync(Name, false, new StartOrchestrationOptions("busy"));

        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(
            () => ScheduleAsync(host, new StartOrchestrationOptions("busy")));
    }

    [Fact]
    public async Task Start_NoListAndFinished_StartsAgain()
    {
        await using var host = await StartAsync(Register);
        await RunToEndAsync(host, "again", false);

        await host.BeginAsync(Name, false, new StartOrchestrationOptions("again"));

        Assert.Equal(OrchestrationRuntimeStatus.Running, (await host.Client.GetInstanceAsync("again"))!.RuntimeStatus);
    }

    [Fact]
    public async Task Start_EveryStatusInTheList_NeverStartsTwice()
    {
        await using var host = await StartAsync(Register);
        var options = new StartOrchestrationOptions("once").WithDedupeStatuses(
            [.. StartOrchestrationOptionsExtensions.ValidDedupeStatuses]);
        await host.BeginAsync(Name, false, options);

        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => ScheduleAsync(host, options));
        await host.Client.RaiseEventAsync("once", "event");
        await host.EndOfAsync("once");
        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => ScheduleAsync(host, options));
    }

    [Fact]
    public async Task Start_ManyAtOnceWithEveryStatus_ExactlyOneWins()
    {
        await using var host = await StartAsync(Register);
        var options = new StartOrchestrationOptions("raced").WithDedupeStatuses(
            [.. StartOrchestrationOptionsExtensions.ValidDedupeStatuses]);

        var wins = await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            try
            {
                await ScheduleAsync(host, options);
                return true;
            }
            catch (OrchestrationAlreadyExistsException)
            {
                return false;
            }
        }));

        Assert.Equal(1, wins.Count(won => won));
    }

    [Fact]
    public async Task Start_RunningStatusNotInTheList_TerminatesAndReplaces()
    {
        await using var host = await StartAsync(Register);
        await host.BeginAsync(Name, true, new StartOrchestrationOptions("replaced"));

        await ScheduleAsync(host, new StartOrchestrationOptions("replaced").WithDedupeStatuses(OrchestrationRuntimeStatus.Completed));
        var replaced = await Eventually.BecomesAsync(
            () => host.Client.GetInstanceAsync("replaced", getInputsAndOutputs: true),
            seen => seen is { RuntimeStatus: OrchestrationRuntimeStatus.Running, SerializedInput: "false" },
            "the new instance runs with its own input");
        await host.Client.RaiseEventAsync("replaced", "event");

        Assert.NotNull(replaced);
        AssertCompleted(await host.EndOfAsync("replaced"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Restart_FinishedInstance_RunsAgainWithItsInput(bool newId)
    {
        await using var host = await StartAsync(Register);
        await RunToEndAsync(host, "restarted", false);

        var id = await host.Client.RestartAsync("restarted", newId);
        await host.Client.WaitForInstanceStartAsync(id);
        await host.Client.RaiseEventAsync(id, "event");
        var instance = await host.EndOfAsync(id);

        Assert.Equal(newId, id != "restarted");
        AssertCompleted(instance);
        Assert.Equal(Name, instance.Name);
        Assert.Equal("false", instance.SerializedInput);
    }

    [Fact]
    public async Task Restart_UnknownInstance_IsAnArgumentErrorWithTheId()
    {
        await using var host = await StartAsync(Register);

        var refusal = await Assert.ThrowsAsync<ArgumentException>(() => host.Client.RestartAsync("nobody"));

        Assert.Contains("An orchestration with the instanceId nobody was not found", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restart_UnfinishedInstance_IsRefused()
    {
        await using var host = await StartAsync(Register);
        var id = await host.BeginAsync(Name, false);

        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => host.Client.RestartAsync(id));
        Assert.Equal($"An orchestration with the instanceId {id} cannot be restarted.", thrown.Message);
    }

    [Fact]
    public async Task Purge_FinishedInstance_RemovesIt()
    {
        await using var host = await StartAsync(Register);
        await RunToEndAsync(host, "gone", false);

        var result = await host.Client.PurgeInstanceAsync("gone", new PurgeInstanceOptions { Recursive = true });

        Assert.Equal(1, result.PurgedInstanceCount);
        Assert.NotEqual(false, result.IsComplete);
        Assert.Null(await host.Client.GetInstanceAsync("gone"));
    }

    [Fact]
    public async Task Purge_UnfinishedOrUnknown_RemovesNothing()
    {
        await using var host = await StartAsync(Register);
        var id = await host.BeginAsync(Name, false);

        Assert.Equal(0, (await host.Client.PurgeInstanceAsync(id)).PurgedInstanceCount);
        Assert.Equal(0, (await host.Client.PurgeInstanceAsync("nobody")).PurgedInstanceCount);
        Assert.NotNull(await host.Client.GetInstanceAsync(id));
    }

    [Fact]
    public async Task Purge_ByFilter_RemovesWhatMatches()
    {
        await using var host = await StartAsync(Register);
        var before = DateTimeOffset.UtcNow.AddMinutes(-5);
        foreach (var id in new[] { "old-1", "old-2", "old-3" })
        {
            await RunToEndAsync(host, id, false);
        }

        await RunToEndAsync(host, "failed", true);
        var running = await host.BeginAsync(Name, false);

        var none = await host.Client.PurgeAllInstancesAsync(new PurgeInstancesFilter(CreatedTo: before));
        var result = await host.Client.PurgeAllInstancesAsync(new PurgeInstancesFilter(
            before, DateTimeOffset.UtcNow, [OrchestrationRuntimeStatus.Completed]));
        var rest = await host.Client.PurgeInstancesAsync(before, null);

        Assert.Equal(0, none.PurgedInstanceCount);
        Assert.Equal(3, result.PurgedInstanceCount);
        Assert.Equal(1, rest.PurgedInstanceCount);
        Assert.Null(await host.Client.GetInstanceAsync("old-1"));
        Assert.NotNull(await host.Client.GetInstanceAsync(running));
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 2)]
    public async Task Purge_Parent_TakesChildrenWithItOnlyWhenAsked(bool recursive, int purged)
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Parent", context => context.CallSubOrchestratorAsync<string>(
                "Child", new SubOrchestrationOptions(instanceId: "child")))
            .AddOrchestratorFunc("Child", _ => "done"));
        var parent = await host.RunAsync("Parent");

        var result = await host.Client.PurgeInstanceAsync(parent.InstanceId, new PurgeInstanceOptions(recursive));

        Assert.Equal(purged, result.PurgedInstanceCount);
        Assert.Equal(recursive, await host.Client.GetInstanceAsync("child") is null);
    }

    private static Task<string> ScheduleAsync(PatternHost host, StartOrchestrationOptions options)
        => host.Client.ScheduleNewOrchestrationInstanceAsync(Name, false, options);

    private static async Task RunToEndAsync(PatternHost host, string id, bool failing)
    {
        await host.BeginAsync(Name, failing, new StartOrchestrationOptions(id));
        await host.Client.RaiseEventAsync(id, "event");
        await host.EndOfAsync(id);
    }

    private static void Register(DurableTaskRegistry tasks)
        => tasks.AddOrchestratorFunc<bool, string>(Name, async (context, failing) =>
        {
            await context.WaitForExternalEvent<string>("event");
            return failing ? throw new PatternException("as asked") : "done";
        });
}
