// Over 200 lines: one suite, so that every store runs all of it.
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Xunit;
using Xunit.Sdk;

namespace Aurora.TestKit.Durable.Patterns;

/// <summary>Trying failed activities and sub-orchestrations again, by policy and by handler.</summary>
public abstract class RetryPatterns(StartPatternHost start) : PatternSuite(start)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    /// <summary>Allowed attempts, exception, whether the filter lets it be retried, failures before success, time limit in ms, attempts made, end.</summary>
    public static TheoryData<int, Type, bool, int, int?, int, OrchestrationRuntimeStatus> FilteredPolicies { get; } = new()
    {
        { 10, typeof(ApplicationException), false, int.MaxValue, 2, 1, OrchestrationRuntimeStatus.Failed },
        { 2, typeof(ApplicationException), false, int.MaxValue, null, 1, OrchestrationRuntimeStatus.Failed },
        { 2, typeof(PatternException), true, int.MaxValue, null, 2, OrchestrationRuntimeStatus.Failed },
        { 10, typeof(XunitException), true, 4, null, 5, OrchestrationRuntimeStatus.Completed },
    };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(10)]
    public async Task ActivityPolicy_AlwaysFailing_UsesAllAttempts(int allowed)
    {
        var faulty = new Faulty(typeof(PatternException));
        var options = TaskOptions.FromRetryPolicy(new RetryPolicy(allowed, Shortest));
        await using var host = await StartOnActivityAsync(faulty, options);

        var failure = AssertFailed(await host.RunAsync("Orchestrator"));

        Assert.Equal(allowed, faulty.Attempts);
        Assert.Equal(
            $"Task 'Faulty' (#{2 * (allowed - 1)}) failed with an unhandled exception: again", failure.ErrorMessage);
    }

    [Fact]
    public async Task ActivityPolicy_FailingTwice_GivesTheThirdAttemptsOutput()
    {
        var attempts = 0;
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Orchestrator", context => context.CallActivityAsync<string>(
                "Flaky", options: TaskOptions.FromRetryPolicy(new RetryPolicy(3, Shortest))))
            .AddActivityFunc<string>("Flaky", _ => Interlocked.Increment(ref attempts) < 3
                ? throw new PatternException("not yet")
                : "at last"));

        AssertOutput("at last", await host.RunAsync("Orchestrator"));
        Assert.Equal(3, attempts);
    }

    [Fact]
    public async Task ActivityPolicy_WithBackoff_WaitsLongerEachTimeUpToTheLimit()
    {
        var policy = new RetryPolicy(
            4, TimeSpan.FromMilliseconds(20), backoffCoefficient: 3, maxRetryInterval: TimeSpan.FromMilliseconds(70));
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Orchestrator", async context =>
            {
                var before = context.CurrentUtcDateTime;
                await Assert.ThrowsAsync<TaskFailedException>(
                    () => context.CallActivityAsync("Faulty", options: TaskOptions.FromRetryPolicy(policy)));
                return context.CurrentUtcDateTime - before;
            })
            .AddActivityFunc("Faulty", _ => throw new PatternException("again")));

        var instance = await host.RunAsync("Orchestrator");

        AssertCompleted(instance);
        Assert.True(instance.ReadOutputAs<TimeSpan>() >= TimeSpan.FromMilliseconds(20 + 60 + 70), "three delays, the last one capped");
    }

    [Theory]
    [InlineData(1, typeof(ApplicationException))]
    [InlineData(2, typeof(PatternException))]
    [InlineData(10, typeof(XunitException))]
    public async Task ActivityHandler_UntilItSaysNo_IsAskedAfterEveryAttempt(int allowed, Type type)
    {
        var asked = 0;
        var faulty = new Faulty(type);
        var options = HandlerOptions(allowed, type, () => Interlocked.Increment(ref asked));
        await using var host = await StartOnActivityAsync(faulty, options);

        var failure = AssertFailed(await host.RunAsync("Orchestrator"));

        Assert.Equal(allowed, asked);
        Assert.Equal(allowed, faulty.Attempts);
        Assert.StartsWith($"Task 'Faulty' (#{allowed - 1})", failure.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ActivityHandler_WithATimerOfItsOwn_MayDelayTheRetry()
    {
        var attempts = 0;
        AsyncRetryHandler handler = async retry =>
        {
            await retry.OrchestrationContext.CreateTimer(Moment, CancellationToken.None);
            return retry.LastAttemptNumber < 2 && retry.TotalRetryTime >= Moment - Moment;
        };
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Orchestrator", async context =>
            {
                var before = context.CurrentUtcDateTime;
                await context.CallActivityAsync<int>("Flaky", options: TaskOptions.FromRetryHandler(handler));
                return context.CurrentUtcDateTime - before >= Moment;
            })
            .AddActivityFunc<int>("Flaky", _ => Interlocked.Increment(ref attempts) < 2
                ? throw new PatternException("not yet")
                : attempts));

        AssertOutput(true, await host.RunAsync("Orchestrator"));
        Assert.Equal(2, attempts);
    }

    [Theory]
    [MemberData(nameof(FilteredPolicies))]
    public async Task ActivityPolicy_WithAFilter_RetriesWhatTheFilterAllows(
        int allowed, Type type, bool retried, int failures, int? limit, int expected, OrchestrationRuntimeStatus end)
    {
        var faulty = new Faulty(type, failures);
        var options = FilteredOptions(allowed, type, retried, limit);
        await using var host = await StartOnActivityAsync(faulty, options);

        var instance = await host.RunAsync("Orchestrator");

        Assert.Equal(end, instance.RuntimeStatus);
        Assert.Equal(expected, faulty.Attempts);
    }

    [Fact]
    public async Task ActivityPolicy_TimeLimitPassed_MakesNoFurtherAttempt()
    {
        var faulty = new Faulty(typeof(PatternException));
        var policy = new RetryPolicy(100, TimeSpan.FromMilliseconds(50), retryTimeout: TimeSpan.FromMilliseconds(120));
        await using var host = await StartOnActivityAsync(faulty, TaskOptions.FromRetryPolicy(policy));

        AssertFailed(await host.RunAsync("Orchestrator"));

        Assert.InRange(faulty.Attempts, 1, 4);
    }

    [Theory]
    [InlineData(1, typeof(ApplicationException))]
    [InlineData(2, typeof(PatternException))]
    [InlineData(10, typeof(XunitException))]
    public async Task SubOrchestrationPolicy_AlwaysFailing_UsesAllAttempts(int allowed, Type type)
    {
        var faulty = new Faulty(type);
        var options = TaskOptions.FromRetryPolicy(new RetryPolicy(allowed, Shortest));
        await using var host = await StartOnChildAsync(faulty, options);

        var failure = AssertFailed(await host.RunAsync("Orchestrator"));

        Assert.Equal(allowed, faulty.Attempts);
        Assert.True(failure.IsCausedBy<TaskFailedException>());
        Assert.Contains("again", failure.ErrorMessage, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(FilteredPolicies))]
    public async Task SubOrchestrationPolicy_WithAFilter_RetriesWhatTheFilterAllows(
        int allowed, Type type, bool retried, int failures, int? limit, int expected, OrchestrationRuntimeStatus end)
    {
        var faulty = new Faulty(type, failures);
        var options = FilteredOptions(allowed, type, retried, limit);
        await using var host = await StartOnChildAsync(faulty, options);

        var instance = await host.RunAsync("Orchestrator");

        Assert.Equal(end, instance.RuntimeStatus);
        Assert.Equal(expected, faulty.Attempts);
    }

    [Theory]
    [InlineData(1, typeof(ApplicationException))]
    [InlineData(2, typeof(PatternException))]
    [InlineData(10, typeof(XunitException))]
    public async Task SubOrchestrationHandler_UntilItSaysNo_IsAskedAfterEveryAttempt(int allowed, Type type)
    {
        var asked = 0;
        var faulty = new Faulty(type);
        var options = HandlerOptions(allowed, type, () => Interlocked.Increment(ref asked));
        await using var host = await StartOnChildAsync(faulty, options);

        Assert.True(AssertFailed(await host.RunAsync("Orchestrator")).IsCausedBy<TaskFailedException>());

        Assert.Equal(allowed, faulty.Attempts);
        Assert.Equal(allowed, asked);
    }

    private Task<PatternHost> StartOnActivityAsync(Faulty faulty, TaskOptions options) => StartAsync(tasks => tasks
        .AddOrchestratorFunc("Orchestrator", async context => await context.CallActivityAsync("Faulty", options: options))
        .AddActivityFunc("Faulty", _ => faulty.Run()));

    private Task<PatternHost> StartOnChildAsync(Faulty faulty, TaskOptions options) => StartAsync(tasks => tasks
        .AddOrchestratorFunc("Orchestrator", async context => await context.CallSubOrchestratorAsync("Faulty", options: options))
        .AddOrchestratorFunc("Faulty", _ => faulty.Run()));

    private static TaskOptions HandlerOptions(int allowed, Type type, Action asked)
        => TaskOptions.FromRetryHandler(retry =>
        {
            if (!retry.OrchestrationContext.IsReplaying)
            {
                asked();
            }

            return retry.LastFailure.IsCausedBy<Exception>()
                && retry.LastFailure.IsCausedBy(type)
                && retry.LastAttemptNumber < allowed;
        });

    private static TaskOptions FilteredOptions(int allowed, Type type, bool retried, int? limitMilliseconds)
    {
        TimeSpan? limit = limitMilliseconds is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null;
        return TaskOptions.FromRetryPolicy(new RetryPolicy(allowed, Shortest, backoffCoefficient: 2, retryTimeout: limit)
        {
            HandleFailure = failure => failure.IsCausedBy(type) && retried,
        });
    }

    /// <summary>A task that fails a number of times and counts how often it ran.</summary>
    private sealed class Faulty(Type exception, int failures = int.MaxValue)
    {
        private int _attempts;

        public int Attempts => _attempts;

        public void Run()
        {
            if (Interlocked.Increment(ref _attempts) <= failures)
            {
                throw MakeException(exception, "again");
            }
        }
    }
}
