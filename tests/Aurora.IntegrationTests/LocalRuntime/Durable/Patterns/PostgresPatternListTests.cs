using Aurora.TestKit.Durable.Patterns;
using Xunit;

namespace Aurora.IntegrationTests.LocalRuntime.Durable.Patterns;

public sealed class PostgresPatternListTests
{
    [Fact]
    public void Suites_OnPostgres_RunKeptAndReplayed()
    {
        var suites = typeof(PatternSuite).Assembly.GetTypes().Where(type => type.BaseType == typeof(PatternSuite));
        var runs = typeof(PostgresPatternListTests).Assembly.GetTypes();

        Assert.All(suites, suite => Assert.Equal(2, runs.Count(type => type.BaseType == suite)));
    }
}
