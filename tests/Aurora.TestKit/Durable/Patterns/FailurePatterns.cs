// Over 200 lines: one suite, so that every store runs all of it.
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Xunit;
using Xunit.Sdk;

namespace Aurora.TestKit.Durable.Patterns;

/// <summary>What becomes of exceptions.</summary>
public abstract class FailurePatterns(StartPatternHost start) : PatternSuite(start)
{
    [Fact]
    public async Task Activity_Throwing_FailsTheInstanceWithTheWholeChain()
    {
        async Task FaultyOrchestrator(TaskOrchestrationContext context) => await context.CallActivityAsync("Faulty");
        void FaultyActivity(TaskActivityContext context)
            => throw new InvalidOperationException("the outer", new PatternException("the inner"));
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Orchestrator", FaultyOrchestrator)
            .AddActivityFunc("Faulty", FaultyActivity));

        var instance = await host.RunAsync("Orchestrator");
        var failure = AssertFailed(instance);

        Assert.Equal(typeof(TaskFailedException).FullName, failure.ErrorType);
        Assert.Equal("Task 'Faulty' (#0) failed with an unhandled exception: the outer", failure.ErrorMessage);
        Assert.Contains(nameof(FaultyOrchestrator), failure.StackTrace, StringComparison.Ordinal);
        Assert.DoesNotContain(nameof(FaultyActivity), failure.StackTrace, StringComparison.Ordinal);

        var cause = failure.InnerFailure!;
        Assert.Equal(typeof(InvalidOperationException).FullName, cause.ErrorType);
        Assert.Equal("the outer", cause.ErrorMessage);
        Assert.Contains(nameof(FaultyActivity), cause.StackTrace, StringComparison.Ordinal);
        Assert.Equal(typeof(PatternException).FullName, cause.InnerFailure!.ErrorType);
        Assert.Equal("the inner", cause.InnerFailure.ErrorMessage);
    }

    [Theory]
    [InlineData(typeof(ApplicationException))]
    [InlineData(typeof(PatternException))]
    [InlineData(typeof(XunitException))]
    public async Task Orchestrator_Throwing_FailsTheInstanceWithItsException(Type type)
    {
        void Faulty(TaskOrchestrationContext context) => throw MakeException(type, "no way");
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc("Orchestrator", Faulty));

        var instance = await host.RunAsync("Orchestrator");
        var failure = AssertFailed(instance);

        Assert.Equal(type.FullName, failure.ErrorType);
        Assert.Equal("no way", failure.ErrorMessage);
        Assert.Contains(nameof(Faulty), failure.StackTrace, StringComparison.Ordinal);
        Assert.True(failure.IsCausedBy(type), "by its own type");
        Assert.True(failure.IsCausedBy<Exception>(), "and by a base of it");
        Assert.False(failure.IsCausedBy<TimeoutException>(), "but by no other");
    }

    [Fact]
    public async Task Orchestrator_Throwing_LeavesPlainTextAsOutput()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Orchestrator", _ => throw new PatternException("no way")));

        var instance = await host.RunAsync("Orchestrator");

        AssertFailed(instance);
        Assert.Contains("no way", instance.SerializedOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Activity_ThrowingAfterAnotherTask_CarriesItsTaskNumber()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Orchestrator", async context =>
            {
                await context.CreateTimer(TimeSpan.Zero, CancellationToken.None);
                await context.CallActivityAsync("Faulty");
            })
            .AddActivityFunc("Faulty", _ => throw new PatternException("no way")));

        var failure = AssertFailed(await host.RunAsync("Orchestrator"));

        Assert.Equal("Task 'Faulty' (#1) failed with an unhandled exception: no way", failure.ErrorMessage);
    }

    [Fact]
    public async Task Activity_Throwing_IsCaughtByTheTypeOfItsCause()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Orchestrator", async context =>
            {
                var caught = new List<string>();
                foreach (var activity in new[] { "InvalidOperation", "File", "Fine" })
                {
                    try
                    {
                        caught.Add(await context.CallActivityAsync<string>(activity));
                    }
                    catch (TaskFailedException failure) when (failure.FailureDetails.IsCausedBy<InvalidOperationException>())
                    {
                        caught.Add("invalid operation");
                    }
                    catch (TaskFailedException failure) when (failure.FailureDetails.IsCausedBy<IOException>())
                    {
                        caught.Add("io");
                    }
                }

                return caught;
            })
            .AddActivityFunc<string>("InvalidOperation", _ => Throw<string>(new InvalidOperationException("first")))
            .AddActivityFunc<string>("File", _ => Throw<string>(new FileNotFoundException("second")))
            .AddActivityFunc<string>("Fine", _ => "fine"));

        var instance = await host.RunAsync("Orchestrator");

        AssertCompleted(instance);
        Assert.Equal(["invalid operation", "io", "fine"], instance.ReadOutputAs<List<string>>());
    }

    [Fact]
    public async Task Failures_ThroughTwoOrchestrators_KeepTheirChain()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Parent", async context =>
            {
                try
                {
                    await context.CallSubOrchestratorAsync("Child");
                }
                catch (TaskFailedException failure)
                {
                    Assert.True(failure.FailureDetails.IsCausedBy<TaskFailedException>());
                    Assert.Contains("Faulty", failure.FailureDetails.ErrorMessage, StringComparison.Ordinal);
                    AssertOriginalChain(failure.FailureDetails.InnerFailure);
                    throw;
                }
            })
            .AddOrchestratorFunc("Child", async context =>
            {
                try
                {
                    await context.CallActivityAsync("Faulty");
                }
                catch (TaskFailedException failure)
                {
                    AssertOriginalChain(failure.FailureDetails);
                    throw;
                }
            })
            .AddActivityFunc("Faulty", _ => throw new PatternException(
                "first", new InvalidDataException("second", new XunitException("third")))));

        var failure = AssertFailed(await host.RunAsync("Parent"));

        Assert.True(failure.IsCausedBy<TaskFailedException>());
        Assert.Contains("Child", failure.ErrorMessage, StringComparison.Ordinal);
        Assert.True(failure.InnerFailure!.IsCausedBy<TaskFailedException>());
        Assert.Contains("Faulty", failure.InnerFailure.ErrorMessage, StringComparison.Ordinal);
        AssertOriginalChain(failure.InnerFailure.InnerFailure);
    }

    [Fact]
    public async Task Activities_SomeFailingInAFanOut_FailTheFanIn()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("FanOut", async context =>
            {
                var calls = Enumerable.Range(0, 5).Select(i => context.CallActivityAsync<int>("Odd", i)).ToList();
                try
                {
                    await Task.WhenAll(calls);
                }
                catch (TaskFailedException)
                {
                    return calls.Count(call => call.IsFaulted);
                }

                return 0;
            })
            .AddActivityFunc<int, int>("Odd", (_, i) => i % 2 == 1 ? i : throw new PatternException($"{i}")));

        AssertOutput(3, await host.RunAsync("FanOut"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Task_NotRegistered_FailsWithoutAskingForRetries(bool activity)
    {
        var asked = 0;
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc("Orchestrator", async context =>
        {
            var options = TaskOptions.FromRetryHandler(_ => Interlocked.Increment(ref asked) < 0);
            if (activity)
            {
                await context.CallActivityAsync("Missing", options: options);
            }
            else
            {
                await context.CallSubOrchestratorAsync("Missing", options: options);
            }
        }));

        var failure = AssertFailed(await host.RunAsync("Orchestrator"));

        Assert.Contains("Missing", failure.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(0, asked);
    }

    [Fact]
    public async Task Start_OrchestratorNotRegistered_IsRefusedWithTheName()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc("Other", _ => "done"));

        var refusal = await Assert.ThrowsAnyAsync<Exception>(() => host.Client.ScheduleNewOrchestrationInstanceAsync("Missing"));

        Assert.Contains("Missing", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Orchestrator_AwaitingSomethingElse_FailsWithAClearMessage()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Impatient", async context =>
            {
                await Task.Delay(Moment);
                await context.CallActivityAsync("Fine");
            })
            .AddActivityFunc("Fine", _ => { }));

        var failure = AssertFailed(await host.RunAsync("Impatient"));

        Assert.StartsWith("An invalid asynchronous invocation was detected", failure.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Orchestrator_InputOfAnotherShape_Fails()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc<int, int>("Double", (_, input) => 2 * input));

        var instance = await host.RunAsync("Double", "not a number");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, instance.RuntimeStatus);
    }

    private static void AssertOriginalChain(TaskFailureDetails? failure)
    {
        Assert.True(failure!.IsCausedBy<PatternException>());
        Assert.Equal("first", failure.ErrorMessage);
        Assert.True(failure.InnerFailure!.IsCausedBy<InvalidDataException>());
        Assert.Equal("second", failure.InnerFailure.ErrorMessage);
        Assert.True(failure.InnerFailure.InnerFailure!.IsCausedBy<XunitException>());
        Assert.Equal("third", failure.InnerFailure.InnerFailure.ErrorMessage);
    }
}
