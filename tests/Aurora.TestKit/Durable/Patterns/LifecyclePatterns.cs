using System.Text.Json;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Xunit;

namespace Aurora.TestKit.Durable.Patterns;

/// <summary>Custom status, tags, termination, suspension.</summary>
public abstract class LifecyclePatterns(StartPatternHost start) : PatternSuite(start)
{
    [Fact]
    public async Task CustomStatus_SetOnTheWay_IsSeenAtOnceAndAtTheEnd()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc("Status", async context =>
        {
            context.SetCustomStatus("started");
            context.SetCustomStatus(await context.WaitForExternalEvent<object>("Status"));
        }));

        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Status");
        var started = await host.Client.WaitForInstanceStartAsync(id, getInputsAndOutputs: true);
        await host.Client.RaiseEventAsync(id, "Status", ("Hello", 42));
        var ended = await host.EndOfAsync(id);

        Assert.Equal("started", started.ReadCustomStatusAs<string>());
        Assert.Equal(("Hello", 42), ended.ReadCustomStatusAs<(string, int)>());
    }

    [Fact]
    public async Task Tags_GivenAtTheStart_AreSeen()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc("Tagged", _ => "done"));
        var tags = new Dictionary<string, string> { ["tag1"] = "value1", ["tag2"] = "value2" };

        var instance = await host.RunAsync("Tagged", null, new StartOrchestrationOptions { Tags = tags });
        var plain = await host.RunAsync("Tagged");

        Assert.Equal(tags, instance.Tags);
        Assert.Empty(plain.Tags);
    }

    [Fact]
    public async Task Terminate_RunningInstance_EndsItWithTheOutputGiven()
    {
        await using var host = await StartAsync(RegisterWaiter);
        var id = await host.BeginAsync("Waiter");

        await host.Client.TerminateInstanceAsync(id, new { quote = "I'll be back." });
        var instance = await host.EndOfAsync(id);

        Assert.Equal(OrchestrationRuntimeStatus.Terminated, instance.RuntimeStatus);
        Assert.Equal("I'll be back.", instance.ReadOutputAs<JsonElement>().GetProperty("quote").GetString());
    }

    [Fact]
    public async Task Terminate_InstanceInATimer_EndsItAtOnce()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Sleeper", context => context.CreateTimer(Week, CancellationToken.None)));
        var id = await host.BeginAsync("Sleeper");

        await host.Client.TerminateInstanceAsync(id);

        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await host.EndOfAsync(id)).RuntimeStatus);
    }

    [Fact]
    public async Task Terminate_FinishedInstance_LeavesItAsItIs()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc("Done", _ => "done"));
        var instance = await host.RunAsync("Done");

        await host.Client.TerminateInstanceAsync(instance.InstanceId);

        AssertOutput("done", await host.EndOfAsync(instance.InstanceId));
    }

    [Theory]
    [InlineData(false, OrchestrationRuntimeStatus.Running)]
    [InlineData(true, OrchestrationRuntimeStatus.Terminated)]
    public async Task Terminate_Parent_TakesChildrenWithItOnlyWhenAsked(bool recursive, OrchestrationRuntimeStatus childStatus)
    {
        await using var host = await StartAsync(tasks =>
        {
            RegisterWaiter(tasks);
            tasks.AddOrchestratorFunc("Parent", context => context.CallSubOrchestratorAsync<string>(
                "Waiter", new SubOrchestrationOptions(instanceId: "child")));
        });
        var parent = await host.BeginAsync("Parent");
        await host.ReachesAsync("child", OrchestrationRuntimeStatus.Running);

        await host.Client.TerminateInstanceAsync(parent, new TerminateInstanceOptions("stop", recursive));

        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await host.EndOfAsync(parent)).RuntimeStatus);
        await host.ReachesAsync("child", childStatus);
    }

    [Theory]
    [InlineData("a reason")]
    [InlineData(null)]
    public async Task Suspend_RunningInstance_HoldsItUntilResumed(string? reason)
    {
        await using var host = await StartAsync(RegisterWaiter);
        var id = await host.BeginAsync("Waiter");

        await host.Client.SuspendInstanceAsync(id, reason);
        await host.ReachesAsync(id, OrchestrationRuntimeStatus.Suspended);
        await host.Client.ResumeInstanceAsync(id, reason);
        await host.ReachesAsync(id, OrchestrationRuntimeStatus.Running);
        await host.Client.RaiseEventAsync(id, "event", "go on");

        AssertOutput("go on", await host.EndOfAsync(id));
    }

    [Fact]
    public async Task Suspend_EventsMeanwhile_AreKept()
    {
        await using var host = await StartAsync(RegisterWaiter);
        var id = await host.BeginAsync("Waiter");
        await host.Client.SuspendInstanceAsync(id);
        await host.ReachesAsync(id, OrchestrationRuntimeStatus.Suspended);

        await host.Client.RaiseEventAsync(id, "event", "kept");
        using var notYet = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => host.Client.WaitForInstanceCompletionAsync(id, notYet.Token));
        await host.Client.ResumeInstanceAsync(id);

        AssertOutput("kept", await host.EndOfAsync(id));
    }

    [Fact]
    public async Task Suspend_TimerMeanwhile_FiresAfterResuming()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc("Sleeper", async context =>
        {
            await context.CreateTimer(TimeSpan.FromMilliseconds(300), CancellationToken.None);
            return "fired";
        }));
        var id = await host.BeginAsync("Sleeper");
        await host.Client.SuspendInstanceAsync(id);
        await host.ReachesAsync(id, OrchestrationRuntimeStatus.Suspended);

        using var timerPassed = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => host.Client.WaitForInstanceCompletionAsync(id, timerPassed.Token));
        await host.Client.ResumeInstanceAsync(id);

        AssertOutput("fired", await host.EndOfAsync(id));
    }

    [Fact]
    public async Task Suspend_ThenTerminate_EndsTheInstance()
    {
        await using var host = await StartAsync(RegisterWaiter);
        var id = await host.BeginAsync("Waiter");
        await host.Client.SuspendInstanceAsync(id);
        await host.ReachesAsync(id, OrchestrationRuntimeStatus.Suspended);

        await host.Client.TerminateInstanceAsync(id);

        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await host.EndOfAsync(id)).RuntimeStatus);
    }

    [Fact]
    public async Task Suspend_FinishedInstance_LeavesItAsItIs()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc("Done", _ => "done"));
        var instance = await host.RunAsync("Done");

        await host.Client.SuspendInstanceAsync(instance.InstanceId);

        AssertOutput("done", await host.EndOfAsync(instance.InstanceId));
    }

    [Fact]
    public async Task Resume_InstanceNotSuspended_LeavesItAsItIs()
    {
        await using var host = await StartAsync(RegisterWaiter);
        var id = await host.BeginAsync("Waiter");

        await host.Client.ResumeInstanceAsync(id);
        var instance = await host.Client.GetInstanceAsync(id);
        await host.Client.RaiseEventAsync(id, "event", "still here");

        Assert.Equal(OrchestrationRuntimeStatus.Running, instance!.RuntimeStatus);
        AssertOutput("still here", await host.EndOfAsync(id));
    }

    private static void RegisterWaiter(DurableTaskRegistry tasks)
        => tasks.AddOrchestratorFunc("Waiter", context => context.WaitForExternalEvent<string>("event"));
}
