using Aurora.Functions.Operations;
using Xunit;

namespace Aurora.Functions.Tests.Operations;

public sealed class HealthRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("ok", "ok", "ok")]
    [InlineData("ok", "degraded", "degraded")]
    [InlineData("degraded", "failed", "failed")]
    [InlineData("failed", "ok", "failed")]
    public void Aggregate_SeveralChecks_WorstDecides(string database, string outbox, string expected)
    {
        var checks = new Dictionary<string, HealthCheckAnswer>
        {
            ["database"] = new(database, null),
            ["outbox"] = new(outbox, null),
        };

        var answer = HealthRules.Aggregate(checks);

        Assert.Equal(expected, answer.Status);
        Assert.Equal(2, answer.Checks.Count);
    }

    [Fact]
    public void OfBacklog_NothingWaits_Ok() =>
        Assert.Equal(HealthRules.Ok, HealthRules.OfBacklog(null, Now, TimeSpan.FromMinutes(5)).Status);

    [Fact]
    public void OfBacklog_JustBelowThreshold_Ok() =>
        Assert.Equal(HealthRules.Ok, HealthRules.OfBacklog(Now.AddSeconds(-299), Now, TimeSpan.FromMinutes(5)).Status);

    [Fact]
    public void OfBacklog_AtThreshold_DegradedWithAge()
    {
        var check = HealthRules.OfBacklog(Now.AddMinutes(-5), Now, TimeSpan.FromMinutes(5));

        Assert.Equal(HealthRules.Degraded, check.Status);
        Assert.Contains("300 s", check.Detail, StringComparison.Ordinal);
    }
}
