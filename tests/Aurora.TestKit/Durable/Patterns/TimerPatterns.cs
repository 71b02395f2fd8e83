using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Xunit;

namespace Aurora.TestKit.Durable.Patterns;

/// <summary>Durable timers.</summary>
public abstract class TimerPatterns(StartPatternHost start) : PatternSuite(start)
{
    [Fact]
    public async Task Timer_WithADelay_FiresNotBeforeIt()
    {
        var delay = TimeSpan.FromMilliseconds(300);
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc("Wait", async context =>
        {
            var before = context.CurrentUtcDateTime;
            await context.CreateTimer(delay, CancellationToken.None);
            return context.CurrentUtcDateTime - before;
        }));

        var instance = await host.RunAsync("Wait");

        AssertCompleted(instance);
        Assert.True(instance.ReadOutputAs<TimeSpan>() >= delay, "the orchestrator's clock moved on by the delay");
        Assert.True(instance.LastUpdatedAt - instance.CreatedAt >= delay, "and so did the instance's");
    }

    [Fact]
    public async Task Timer_DueInThePast_FiresAtOnce()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc("Wait", async context =>
        {
            await context.CreateTimer(context.CurrentUtcDateTime.AddDays(-1), CancellationToken.None);
            await context.CreateTimer(TimeSpan.Zero, CancellationToken.None);
            return "fired";
        }));

        var instance = await host.RunAsync("Wait");

        AssertOutput("fired", instance);
    }

    [Fact]
    public async Task Timers_OfDifferentLength_FireInTheirOrder()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc("Order", async context =>
        {
            var fired = new List<int>();
            await Task.WhenAll(new[] { 120, 40, 80 }.Select(async delay =>
            {
                await context.CreateTimer(TimeSpan.FromMilliseconds(delay), CancellationToken.None);
                fired.Add(delay);
            }));
            return fired;
        }));

        var instance = await host.RunAsync("Order");

        AssertCompleted(instance);
        Assert.Equal([40, 80, 120], instance.ReadOutputAs<List<int>>());
    }

    [Fact]
    public async Task Timers_SameTimeInManyInstances_AllFire()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc<DateTime, string>("Wait", async (context, fireAt) =>
        {
            await context.CreateTimer(fireAt, CancellationToken.None);
            return context.InstanceId;
        }));
        var fireAt = DateTime.UtcNow.AddMilliseconds(300);

        var instances = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => host.RunAsync("Wait", fireAt)));

        Assert.All(instances, instance => AssertOutput(instance.InstanceId, instance));
    }

    [Fact]
    public async Task Timers_SameTimeInManySubOrchestrations_AllFire()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Parent", async context =>
            {
                var fireAt = context.CurrentUtcDateTime.AddMilliseconds(200);
                var children = Enumerable.Range(0, 10).Select(_ => context.CallSubOrchestratorAsync<string>("Child", fireAt));
                return (await Task.WhenAll(children)).Distinct().Count();
            })
            .AddOrchestratorFunc<DateTime, string>("Child", async (context, fireAt) =>
            {
                await context.CreateTimer(fireAt, CancellationToken.None);
                return context.InstanceId;
            }));

        var instance = await host.RunAsync("Parent");

        AssertOutput(10, instance);
    }

    [Fact]
    public async Task Timer_Cancelled_ThrowsAndLetsTheInstanceEnd()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc("GiveUp", async context =>
        {
            using var waiting = new CancellationTokenSource();
            var timer = context.CreateTimer(Week, waiting.Token);
            await context.CreateTimer(Moment, CancellationToken.None);
            waiting.Cancel();
            try
            {
                await timer;
                return "fired";
            }
            catch (OperationCanceledException)
            {
                return "cancelled";
            }
        }));

        var instance = await host.RunAsync("GiveUp");

        AssertOutput("cancelled", instance);
    }

    [Fact]
    public async Task Start_WithAStartTime_WaitsForIt()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc("Later", context => context.CurrentUtcDateTime));
        var startAt = DateTimeOffset.UtcNow.AddMilliseconds(400);

        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Later", new StartOrchestrationOptions(StartAt: startAt));
        var before = await host.Client.GetInstanceAsync(id);
        var instance = await host.EndOfAsync(id);

        Assert.Equal(OrchestrationRuntimeStatus.Pending, before!.RuntimeStatus);
        AssertCompleted(instance);
        Assert.True(instance.ReadOutputAs<DateTime>() >= startAt.UtcDateTime.AddMilliseconds(-1), "it ran at its start time");
    }
}
