using Microsoft.DurableTask;
using Xunit;

namespace Aurora.TestKit.Durable.Patterns;

/// <summary>Instances outlive their host, and notice when their code was changed meanwhile.</summary>
public abstract class RestartPatterns(StartPatternHost start) : PatternSuite(start)
{
    private readonly PatternHostOptions _sameHub = new() { Hub = $"hub{Guid.CreateVersion7():N}" };

    [Fact]
    public async Task Restart_WaitingInstance_GoesOnWithoutRepeatingItsActivities()
    {
        var calls = 0;
        void Register(DurableTaskRegistry tasks) => tasks
            .AddOrchestratorFunc("Order", async context =>
            {
                var first = await context.CallActivityAsync<int>("Count");
                context.SetCustomStatus("counted");
                var word = await context.WaitForExternalEvent<string>("Event");
                return $"{first}{word}{await context.CallActivityAsync<int>("Count")}";
            })
            .AddActivityFunc<int>("Count", _ => Interlocked.Increment(ref calls));
        string id;
        await using (var before = await StartAsync(Register, _sameHub))
        {
            id = await before.BeginAsync("Order");
            await Eventually.BecomesTrueAsync(
                async () => (await before.Client.GetInstanceAsync(id, true))!.SerializedCustomStatus is not null,
                "the first activity's result is stored");
        }

        await using var after = await StartAsync(Register, _sameHub);
        await after.Client.RaiseEventAsync(id, "Event", "-");

        AssertOutput("1-2", await after.EndOfAsync(id));
    }

    [Fact]
    public async Task Restart_InstanceInATimer_StillWakesUp()
    {
        void Register(DurableTaskRegistry tasks) => tasks.AddOrchestratorFunc("Sleep", async context =>
        {
            await context.CreateTimer(TimeSpan.FromMilliseconds(500), CancellationToken.None);
            return "awake";
        });
        string id;
        await using (var before = await StartAsync(Register, _sameHub))
        {
            id = await before.BeginAsync("Sleep");
        }

        await using var after = await StartAsync(Register, _sameHub);

        AssertOutput("awake", await after.EndOfAsync(id));
    }

    [Fact]
    public async Task Restart_FinishedAndPendingInstances_AreStillThere()
    {
        void Register(DurableTaskRegistry tasks) => tasks.AddOrchestratorFunc<string, string>("Echo", (_, input) => input);
        string done;
        string later;
        await using (var before = await StartAsync(Register, _sameHub))
        {
            done = (await before.RunAsync("Echo", "done")).InstanceId;
            later = await before.Client.ScheduleNewOrchestrationInstanceAsync(
                "Echo", "later", new StartOrchestrationOptions(StartAt: DateTimeOffset.UtcNow.AddMilliseconds(500)));
        }

        await using var after = await StartAsync(Register, _sameHub);

        AssertOutput("done", await after.EndOfAsync(done));
        AssertOutput("later", await after.EndOfAsync(later));
    }

    [Fact]
    public async Task Restart_OtherActivityInTheCode_FailsNamingTheStep()
    {
        var failure = await RunWithChangedCodeAsync(
            context => context.CallActivityAsync<string>("First"),
            context => context.CallActivityAsync<string>("Second"));

        Assert.Contains("First", failure.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains("Second", failure.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restart_TimerWhereAnActivityWas_FailsNamingTheStep()
    {
        var failure = await RunWithChangedCodeAsync(
            context => context.CallActivityAsync<string>("First"),
            context => context.CreateTimer(TimeSpan.Zero, CancellationToken.None));

        Assert.Contains("First", failure.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restart_StepRemovedFromTheCode_FailsNamingTheStep()
    {
        var failure = await RunWithChangedCodeAsync(
            context => context.CallActivityAsync<string>("First"),
            _ => Task.CompletedTask);

        Assert.Contains("First", failure.ErrorMessage, StringComparison.Ordinal);
    }

    private async Task<TaskFailureDetails> RunWithChangedCodeAsync(
        Func<TaskOrchestrationContext, Task> oldStep, Func<TaskOrchestrationContext, Task> newStep)
    {
        Action<DurableTaskRegistry> Code(Func<TaskOrchestrationContext, Task> step) => tasks => tasks
            .AddOrchestratorFunc("Changed", async context =>
            {
                await step(context);
                await context.WaitForExternalEvent<string>("Event");
            })
            .AddActivityFunc<string>("First", _ => "first")
            .AddActivityFunc<string>("Second", _ => "second");
        string id;
        await using (var before = await StartAsync(Code(oldStep), _sameHub))
        {
            id = await before.BeginAsync("Changed");
            await before.Client.RaiseEventAsync(id, "Other");
        }

        await using var after = await StartAsync(Code(newStep), _sameHub);
        await after.Client.RaiseEventAsync(id, "Event");

        var failure = AssertFailed(await after.EndOfAsync(id));
        Assert.StartsWith("Non-deterministic", failure.ErrorMessage, StringComparison.Ordinal);
        return failure;
    }
}
