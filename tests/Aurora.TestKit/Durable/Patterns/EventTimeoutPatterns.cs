using Microsoft.DurableTask;
using Xunit;

namespace Aurora.TestKit.Durable.Patterns;

/// <summary>Waiting for an event for a limited time, and giving up.</summary>
public abstract class EventTimeoutPatterns(StartPatternHost start) : PatternSuite(start)
{
    [Fact]
    public async Task TimeoutOverload_EventInTime_GivesItsPayload()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Wait", context => context.WaitForExternalEvent<string>("Event", Week, CancellationToken.None)));

        var id = await host.BeginAsync("Wait");
        await host.Client.RaiseEventAsync(id, "Event", "payload");

        AssertOutput("payload", await host.EndOfAsync(id));
    }

    [Fact]
    public async Task TimeoutOverload_NoEvent_ThrowsTaskCanceled()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc("Wait", async context =>
        {
            try
            {
                return await context.WaitForExternalEvent<string>("Event", Moment);
            }
            catch (TaskCanceledException)
            {
                return "no event";
            }
        }));

        AssertOutput("no event", await host.RunAsync("Wait"));
    }

    [Fact]
    public async Task TimeoutOverload_NoEventAndNotCaught_FailsTheInstance()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Wait", context => context.WaitForExternalEvent<string>("Event", Moment)));

        Assert.True(AssertFailed(await host.RunAsync("Wait")).IsCausedBy<TaskCanceledException>());
    }

    [Fact]
    public async Task TimeoutOverload_TokenCancelledByAnotherTask_Throws()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc("Wait", async context =>
        {
            using var givenUp = new CancellationTokenSource();
            var trigger = context.CreateTimer(Moment, CancellationToken.None);
            var waiter = context.WaitForExternalEvent<string>("Event", Week, givenUp.Token);
            if (await Task.WhenAny(trigger, waiter) == trigger)
            {
                givenUp.Cancel();
            }

            try
            {
                return await waiter;
            }
            catch (OperationCanceledException)
            {
                return "given up";
            }
        }));

        AssertOutput("given up", await host.RunAsync("Wait"));
    }

    [Fact]
    public async Task TimeoutOverload_TwoNamesRaced_TheLoserIsCancelled()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc("Race", async context =>
        {
            using var stopFirst = new CancellationTokenSource();
            using var stopSecond = new CancellationTokenSource();
            var first = context.WaitForExternalEvent<string>("First", Week, stopFirst.Token);
            var second = context.WaitForExternalEvent<string>("Second", Week, stopSecond.Token);
            var winner = await Task.WhenAny(first, second);
            (winner == first ? stopSecond : stopFirst).Cancel();
            return await winner;
        }));

        var id = await host.BeginAsync("Race");
        await host.Client.RaiseEventAsync(id, "First", "the first");

        AssertOutput("the first", await host.EndOfAsync(id));
    }

    [Fact]
    public async Task TimerAndEventRaced_EventWins_InstanceEndsLongBeforeTheTimer()
    {
        await using var host = await StartAsync(RegisterRace);

        var id = await host.BeginAsync("Race", Week);
        await host.Client.RaiseEventAsync(id, "Event", "event");

        AssertOutput("event", await host.EndOfAsync(id));
    }

    [Fact]
    public async Task TimerAndEventRaced_TimerWins_EventIsGivenUp()
    {
        await using var host = await StartAsync(RegisterRace);

        AssertOutput("timer", await host.RunAsync("Race", Moment));
    }

    private static void RegisterRace(DurableTaskRegistry tasks)
        => tasks.AddOrchestratorFunc<TimeSpan, string>("Race", async (context, limit) =>
        {
            using var stopTimer = new CancellationTokenSource();
            using var stopEvent = new CancellationTokenSource();
            var received = context.WaitForExternalEvent<string>("Event", stopEvent.Token);
            var timer = context.CreateTimer(limit, stopTimer.Token);
            if (await Task.WhenAny(received, timer) == received)
            {
                stopTimer.Cancel();
                return await received;
            }

            stopEvent.Cancel();
            return "timer";
        });
}
