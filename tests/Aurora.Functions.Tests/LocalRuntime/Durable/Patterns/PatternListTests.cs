using System.Text.RegularExpressions;
using Aurora.TestKit;
using Aurora.TestKit.Durable.Patterns;
using Xunit;

namespace Aurora.Functions.Tests.LocalRuntime.Durable.Patterns;

/// <summary>PATTERNS.md tells the truth: it names every pattern test and no other, and every suite runs on every store.</summary>
public sealed partial class PatternListTests
{
    private static readonly Type[] Suites =
        [.. typeof(PatternSuite).Assembly.GetTypes().Where(type => type.BaseType == typeof(PatternSuite))];

    [Fact]
    public void PatternList_EveryNamedTest_Exists()
    {
        var missing = NamedInThePage().Except(TestsOf(Suites), StringComparer.Ordinal);

        Assert.Empty(missing);
    }

    [Fact]
    public void PatternList_EveryTestOfTheSuites_IsNamed()
    {
        var unnamed = TestsOf(Suites).Except(NamedInThePage(), StringComparer.Ordinal);

        Assert.Empty(unnamed);
    }

    [Fact]
    public void Suites_InMemory_RunKeptAndReplayed()
    {
        var runs = typeof(PatternListTests).Assembly.GetTypes();

        Assert.All(Suites, suite => Assert.Equal(2, runs.Count(type => type.BaseType == suite)));
    }

    [GeneratedRegex("`(?<name>[A-Za-z]+(_[A-Za-z]+)+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TestName();

    private static HashSet<string> NamedInThePage()
        => TestName().Matches(Repository.Read("src/Aurora.LocalRuntime/Durable/PATTERNS.md"))
            .Select(match => match.Groups["name"].Value)
            .ToHashSet(StringComparer.Ordinal);

    private static HashSet<string> TestsOf(IEnumerable<Type> suites)
        => suites.SelectMany(suite => suite.GetMethods())
            .Where(method => method.IsDefined(typeof(FactAttribute), inherit: true))
            .Select(method => method.Name)
            .ToHashSet(StringComparer.Ordinal);
}
