// Over 200 lines: one suite, so that every store runs all of it.
using Xunit;

namespace Aurora.TestKit.Durable.Patterns;

/// <summary>External events: delivery, order among several waiters, buffering, cancellation.</summary>
public abstract class EventPatterns(StartPatternHost start) : PatternSuite(start)
{
    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    public async Task Events_AwaitedOneAfterTheOther_AllArrive(int count)
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc("Collect", async context =>
        {
            var received = new List<int>();
            for (var i = 0; i < count; i++)
            {
                received.Add(await context.WaitForExternalEvent<int>($"Event{i}"));
            }

            return received;
        }));

        var id = await host.BeginAsync("Collect");
        for (var i = 0; i < count; i++)
        {
            await host.Client.RaiseEventAsync(id, $"Event{i}", i);
        }

        var instance = await host.EndOfAsync(id);
        AssertCompleted(instance);
        Assert.Equal(Enumerable.Range(0, count), instance.ReadOutputAs<int[]>()!);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public async Task Events_SeveralWaitersOfOneName_TheNewestIsServedFirst(int count)
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc("Collect", async context =>
        {
            var waiters = Enumerable.Range(0, count).Select(_ => context.WaitForExternalEvent<int>("Event")).ToList();
            return await Task.WhenAll(waiters);
        }));

        var id = await host.BeginAsync("Collect");
        for (var i = 0; i < count; i++)
        {
            await host.Client.RaiseEventAsync(id, "Event", i);
        }

        var instance = await host.EndOfAsync(id);
        AssertCompleted(instance);
        Assert.Equal(Enumerable.Range(0, count).Reverse(), instance.ReadOutputAs<int[]>()!);
    }

    [Fact]
    public async Task Events_WaitersAwaitedOneByOne_EachEventGoesToOne()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc("Collect", async context =>
        {
            var oldest = context.WaitForExternalEvent<string>("Event");
            var middle = context.WaitForExternalEvent<string>("Event");
            var newest = context.WaitForExternalEvent<string>("Event");
            var third = await newest;
            var second = await middle;
            return $"{await oldest},{second},{third}";
        }));

        var id = await host.BeginAsync("Collect");
        await host.Client.RaiseEventAsync(id, "Event", "one");
        await host.Client.RaiseEventAsync(id, "Event", "two");
        await host.Client.RaiseEventAsync(id, "Event", "three");

        AssertOutput("three,two,one", await host.EndOfAsync(id));
    }

    [Fact]
    public async Task Events_WaiterCancelledBefore_IsPassedOver()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc("Collect", async context =>
        {
            using var givenUp = new CancellationTokenSource();
            givenUp.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                () => context.WaitForExternalEvent<string>("Event", givenUp.Token));
            return await context.WaitForExternalEvent<string>("Event");
        }));

        var id = await host.BeginAsync("Collect");
        await host.Client.RaiseEventAsync(id, "Event", "for the living");

        AssertOutput("for the living", await host.EndOfAsync(id));
    }

    [Fact]
    public async Task Events_NewestWaiterCancelledLater_TheOlderOneIsServed()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc("Collect", async context =>
        {
            using var givenUp = new CancellationTokenSource();
            var older = context.WaitForExternalEvent<string>("Event");
            var newer = context.WaitForExternalEvent<string>("Event", givenUp.Token);
            await context.CreateTimer(Moment, CancellationToken.None);
            givenUp.Cancel();
            context.SetCustomStatus("given up");
            return $"{await older},{newer.IsCanceled}";
        }));

        var id = await host.BeginAsync("Collect");
        await Eventually.BecomesTrueAsync(
            async () => (await host.Client.GetInstanceAsync(id, true))!.SerializedCustomStatus is not null,
            "the newer waiter was cancelled");
        await host.Client.RaiseEventAsync(id, "Event", "late");

        AssertOutput("late,True", await host.EndOfAsync(id));
    }

    [Fact]
    public async Task Events_BeforeAnyoneWaits_AreKeptInTheirOrder()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc("Collect", async context =>
        {
            await context.WaitForExternalEvent<bool>("Go");
            return new[]
            {
                await context.WaitForExternalEvent<string>("Event"),
                await context.WaitForExternalEvent<string>("Event"),
            };
        }));

        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Collect");
        await host.Client.RaiseEventAsync(id, "Event", "first");
        await host.Client.RaiseEventAsync(id, "Event", "second");
        await host.Client.RaiseEventAsync(id, "Go", true);

        var instance = await host.EndOfAsync(id);
        AssertCompleted(instance);
        Assert.Equal(["first", "second"], instance.ReadOutputAs<string[]>()!);
    }

    [Fact]
    public async Task Events_NamesOfOtherCase_AreTheSame()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Collect", context => context.WaitForExternalEvent<string>("Approval")));

        var id = await host.BeginAsync("Collect");
        await host.Client.RaiseEventAsync(id, "APPROVAL", "yes");

        AssertOutput("yes", await host.EndOfAsync(id));
    }

    [Fact]
    public async Task Events_WithoutPayload_GiveTheDefault()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc(
            "Collect", async context => await context.WaitForExternalEvent<string?>("Event") is null));

        var id = await host.BeginAsync("Collect");
        await host.Client.RaiseEventAsync(id, "Event");

        AssertOutput(true, await host.EndOfAsync(id));
    }

    [Fact]
    public async Task Events_OneNameAwaitedAsTwoTypes_IsAnError()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc("Collect", async context =>
        {
            var number = context.WaitForExternalEvent<int>("Event");
            var text = context.WaitForExternalEvent<string>("Event");
            await Task.WhenAny(number, text);
        }));

        var instance = await host.RunAsync("Collect");

        Assert.True(AssertFailed(instance).IsCausedBy<ArgumentException>());
    }

    [Fact]
    public async Task Events_SentByAnOrchestrator_ReachTheOtherInstance()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Receiver", context => context.WaitForExternalEvent<string>("Event"))
            .AddOrchestratorFunc<string>("Sender", (context, receiver) => context.SendEvent(receiver, "Event", "from a peer")));

        var receiver = await host.BeginAsync("Receiver");
        var sender = await host.RunAsync("Sender", receiver);

        AssertCompleted(sender);
        AssertOutput("from a peer", await host.EndOfAsync(receiver));
    }

    [Fact]
    public async Task Events_ForAnUnknownInstance_AreDropped()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Sender", context => context.SendEvent("nobody", "Event", "lost")));

        await host.Client.RaiseEventAsync("nobody", "Event", "lost");

        AssertCompleted(await host.RunAsync("Sender"));
        Assert.Null(await host.Client.GetInstanceAsync("nobody"));
    }

    [Fact]
    public async Task Events_ForAFinishedInstance_AreDropped()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc("Done", _ => "done"));
        var instance = await host.RunAsync("Done");

        await host.Client.RaiseEventAsync(instance.InstanceId, "Event", "too late");

        AssertOutput("done", await host.EndOfAsync(instance.InstanceId));
    }
}
