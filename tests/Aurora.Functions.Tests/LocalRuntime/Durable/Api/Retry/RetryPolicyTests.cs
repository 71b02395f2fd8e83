using Microsoft.DurableTask;
using Xunit;

namespace Aurora.Functions.Tests.LocalRuntime.Durable.Api.Retry;

public sealed class RetryPolicyTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Policy_OnlyWhatIsRequired_HasTheDefaults()
    {
        var policy = new RetryPolicy(3, Second);

        Assert.Equal(1.0, policy.BackoffCoefficient);
        Assert.Equal(TimeSpan.FromHours(1), policy.MaxRetryInterval);
        Assert.Equal(Timeout.InfiniteTimeSpan, policy.RetryTimeout);
        Assert.True(policy.Handle(new InvalidOperationException()), "every failure is retried");
    }

    [Theory]
    [InlineData(0, 1, 1.0, null, null)]
    [InlineData(1, 0, 1.0, null, null)]
    [InlineData(1, 1, 0.9, null, null)]
    [InlineData(1, 2, 1.0, 1, null)]
    [InlineData(1, 2, 1.0, null, 1)]
    public void Policy_ValueOutOfBounds_Throws(int attempts, int first, double coefficient, int? longest, int? timeout)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new RetryPolicy(
            attempts, first * Second, coefficient, longest * Second, timeout * Second));
    }

    [Fact]
    public void Policy_InfiniteLimits_AreAllowed()
    {
        var policy = new RetryPolicy(1, Second, 1, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        Assert.Equal(Timeout.InfiniteTimeSpan, policy.MaxRetryInterval);
    }

    [Fact]
    public void HandleFailure_Set_IsAskedWithTheDetails()
    {
        var policy = new RetryPolicy(3, Second) { HandleFailure = failure => failure.IsCausedBy<TimeoutException>() };

        Assert.True(policy.Handle(new TaskFailedException("a", 0, new TimeoutException())), "the filter allows it");
        Assert.False(policy.Handle(new TaskFailedException("a", 0, new IOException())), "the filter refuses it");
        Assert.Throws<InvalidOperationException>(() => policy.Handle(new TimeoutException()));
    }

    [Fact]
    public async Task RetryOptions_PolicyOrHandler_HoldOneOfBoth()
    {
        TaskRetryOptions byPolicy = new RetryPolicy(3, Second);
        var byHandler = TaskOptions.FromRetryHandler(retry => retry.LastAttemptNumber < 2).Retry!;

        Assert.NotNull(byPolicy.Policy);
        Assert.Null(byPolicy.Handler);
        Assert.Null(byHandler.Policy);
        var context = new RetryContext(null!, 1, new TaskFailureDetails("e", "m", null, null, null), Second, default);
        Assert.True(await byHandler.Handler!(context), "the first failure is retried");
        Assert.False(await byHandler.Handler!(context with { LastAttemptNumber = 2 }), "the second is not");
    }

    [Fact]
    public void SubOrchestrationOptions_FromOptions_KeepWhatTheyHold()
    {
        var options = TaskOptions.FromRetryPolicy(new RetryPolicy(3, Second)).WithInstanceId("child");

        Assert.Equal("child", options.InstanceId);
        Assert.Equal("child", new SubOrchestrationOptions(options).InstanceId);
        Assert.Equal("other", new SubOrchestrationOptions(options, "other").InstanceId);
        Assert.Same(options.Retry, new SubOrchestrationOptions((TaskOptions)options).Retry);
        Assert.Equal("2", (options with { Version = "2" } with { InstanceId = "x" }).Version);
    }
}
