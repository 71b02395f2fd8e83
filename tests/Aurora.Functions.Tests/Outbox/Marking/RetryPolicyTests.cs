using Aurora.Functions.Outbox.Marking;
using Xunit;

namespace Aurora.Functions.Tests.Outbox.Marking;

public sealed class RetryPolicyTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 5)]
    [InlineData(2, 15)]
    [InlineData(3, 45)]
    [InlineData(4, 120)]
    [InlineData(5, 300)]
    [InlineData(6, 300)]
    [InlineData(int.MaxValue, 300)]
    public void ComputeNextRetry_Attempts_FollowTheSchedule(int attempts, int seconds) =>
        Assert.Equal(Now.AddSeconds(seconds), RetryPolicy.ComputeNextRetry(attempts, Now));

    [Fact]
    public void ComputeNextRetry_NegativeAttempts_AreRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => RetryPolicy.ComputeNextRetry(-1, Now));

    [Theory]
    [InlineData(9, false)]
    [InlineData(10, true)]
    [InlineData(11, true)]
    public void IsDead_CeilingOfTen_IsReachedByTheTenthAttempt(int attempts, bool expected) =>
        Assert.Equal(expected, RetryPolicy.IsDead(attempts, 10));
}
