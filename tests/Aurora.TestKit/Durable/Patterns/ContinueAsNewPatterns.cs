// Over 200 lines: one suite, so that every store runs all of it.
using Microsoft.DurableTask;
using Xunit;

namespace Aurora.TestKit.Durable.Patterns;

/// <summary>Starting over with a new input and an empty history.</summary>
public abstract class ContinueAsNewPatterns(StartPatternHost start) : PatternSuite(start)
{
    [Fact]
    public async Task ContinueAsNew_Counted_EndsWithTheLastGeneration()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc<int, int>("Count", async (context, round) =>
        {
            if (round < 10)
            {
                await context.CreateTimer(TimeSpan.Zero, CancellationToken.None);
                context.ContinueAsNew(round + 1);
            }

            return round;
        }));

        var instance = await host.RunAsync("Count");

        AssertOutput(10, instance);
        Assert.Equal("10", instance.SerializedInput);
    }

    [Fact]
    public async Task ContinueAsNew_BeforeAnyTask_StartsOverAtOnce()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc<int, int>("Count", (context, round) =>
        {
            if (round < 5)
            {
                context.ContinueAsNew(round + 1);
            }

            return round;
        }));

        AssertOutput(5, await host.RunAsync("Count"));
    }

    [Fact]
    public async Task ContinueAsNew_WithNewVersion_TheNextGenerationHasIt()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc<int, string>("Migrate", async (context, round) =>
        {
            if (round == 0)
            {
                await context.CreateTimer(TimeSpan.Zero, CancellationToken.None);
                context.ContinueAsNew(new ContinueAsNewOptions { NewVersion = "v2", NewInput = 1 });
                return string.Empty;
            }

            return context.Version;
        }));

        AssertOutput("v2", await host.RunAsync("Migrate", 0));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ContinueAsNew_KeepingEvents_NoneIsLost(bool withTimers)
    {
        const int Events = 10;
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc<int, int>("Consume", async (context, count) =>
        {
            await context.WaitForExternalEvent<string>("Event");
            count++;
            if (withTimers)
            {
                await context.CreateTimer(TimeSpan.FromMilliseconds(1), CancellationToken.None);
            }

            if (count < Events)
            {
                context.ContinueAsNew(count, preserveUnprocessedEvents: true);
            }

            return count;
        }));

        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Consume", 0);
        for (var i = 0; i < Events; i++)
        {
            await host.Client.RaiseEventAsync(id, "Event");
        }

        AssertOutput(Events, await host.EndOfAsync(id));
    }

    [Fact]
    public async Task ContinueAsNew_KeepingEvents_TheyStayInOrder()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc<string, string>("Append", async (context, text) =>
        {
            if (text is null)
            {
                await context.WaitForExternalEvent<bool>("Go");
                text = string.Empty;
            }

            text += await context.WaitForExternalEvent<string>("Event");
            if (text.Length < 4)
            {
                context.ContinueAsNew(text);
            }

            return text;
        }));

        var id = await host.BeginAsync("Append");
        foreach (var letter in "abcd")
        {
            await host.Client.RaiseEventAsync(id, "Event", $"{letter}");
        }

        await host.Client.RaiseEventAsync(id, "Go", true);

        AssertOutput("abcd", await host.EndOfAsync(id));
    }

    [Fact]
    public async Task ContinueAsNew_DroppingEvents_TheNextGenerationWaitsForNewOnes()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc<int, string>("Forget", async (context, round) =>
        {
            if (round == 0)
            {
                await context.WaitForExternalEvent<bool>("Go");
                context.ContinueAsNew(1, preserveUnprocessedEvents: false);
                return string.Empty;
            }

            context.SetCustomStatus("second");
            return await context.WaitForExternalEvent<string>("Event");
        }));

        var id = await host.BeginAsync("Forget", 0);
        await host.Client.RaiseEventAsync(id, "Event", "old");
        await host.Client.RaiseEventAsync(id, "Go", true);
        await Eventually.BecomesTrueAsync(
            async () => (await host.Client.GetInstanceAsync(id, true))!.SerializedCustomStatus is not null,
            "the second generation runs");
        await host.Client.RaiseEventAsync(id, "Event", "new");

        AssertOutput("new", await host.EndOfAsync(id));
    }

    [Fact]
    public async Task ContinueAsNew_ActivityAndTimerInEveryRound_AllInstancesEnd()
    {
        const int Rounds = 5;
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<int, int>("Iterate", async (context, round) =>
            {
                await Task.WhenAll(Enumerable.Range(0, 3).Select(i => context.CallActivityAsync<string>("Work", $"{round}.{i}")));
                await context.CreateTimer(Moment, CancellationToken.None);
                if (round < Rounds)
                {
                    context.ContinueAsNew(round + 1);
                    return -1;
                }

                return round;
            })
            .AddActivityFunc<string, string>("Work", (_, input) => $"done {input}"));

        var instances = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => host.RunAsync("Iterate", 1)));

        Assert.All(instances, instance => AssertOutput(Rounds, instance));
    }

    [Fact]
    public async Task ContinueAsNew_StateInTheInput_IsCarriedOn()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<Operation, Operation>("Poll", async (context, operation) =>
            {
                operation = await context.CallActivityAsync<Operation>("Check", operation);
                if (!operation.IsDone)
                {
                    await context.CreateTimer(Moment, CancellationToken.None);
                    context.ContinueAsNew(operation);
                }

                return operation;
            })
            .AddActivityFunc<Operation, Operation>("Check", (_, operation) => new Operation(operation.Checks + 1, operation.Checks == 2)));

        AssertOutput(new Operation(3, true), await host.RunAsync("Poll", new Operation(0, false)));
    }

    [Fact]
    public async Task ContinueAsNew_InASubOrchestration_TheParentGetsTheLastOutput()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Parent", context => context.CallSubOrchestratorAsync<int>("Child", 1))
            .AddOrchestratorFunc<int, int>("Child", async (context, round) =>
            {
                await context.CreateTimer(TimeSpan.Zero, CancellationToken.None);
                if (round < 3)
                {
                    context.ContinueAsNew(round + 1);
                }

                return round;
            }));

        AssertOutput(3, await host.RunAsync("Parent"));
    }

    public sealed record Operation(int Checks, bool IsDone);
}
