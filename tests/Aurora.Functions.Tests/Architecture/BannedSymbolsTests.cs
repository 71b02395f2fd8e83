using System.Text.RegularExpressions;
using Xunit;

namespace Aurora.Functions.Tests.Architecture;

/// <summary>Time comes from <see cref="TimeProvider"/>, settings from options, and nobody sleeps.</summary>
public sealed partial class BannedSymbolsTests
{
    private static readonly string[] Assemblies = ["Aurora.Functions", "Aurora.LocalRuntime"];

    private static readonly HashSet<string> ClockReads = new(StringComparer.Ordinal)
    {
        "System.DateTime.get_UtcNow", "System.DateTime.get_Now", "System.DateTime.get_Today",
        "System.DateTimeOffset.get_UtcNow", "System.DateTimeOffset.get_Now",
        "System.Threading.Thread.Sleep", "System.Threading.Timer..ctor", "System.Timers.Timer..ctor",
    };

    [Theory]
    [InlineData("Aurora.Functions")]
    [InlineData("Aurora.LocalRuntime")]
    public void Clock_CompiledCode_IsReadThroughTimeProviderOnly(string assembly)
    {
        var broken = Report(CompiledCode.Of(assembly).Uses.Where(use => ClockReads.Contains($"{use.TargetType}.{use.MemberName}")));

        Assert.True(broken.Length == 0, "Time must come from TimeProvider:\n" + broken);
    }

    [Theory]
    [InlineData("Aurora.Functions")]
    [InlineData("Aurora.LocalRuntime")]
    public void Delay_CompiledCode_NamesItsTimeProvider(string assembly)
    {
        var broken = Report(CompiledCode.Of(assembly).Uses
            .Where(use => use.TargetType is "System.Threading.Tasks.Task" or "System.Threading.PeriodicTimer")
            .Where(use => use.MemberName is "Delay" or ".ctor"
                && !use.TargetMember!.Contains("TimeProvider", StringComparison.Ordinal)));

        Assert.True(broken.Length == 0, "A delay without TimeProvider ignores the fake clock:\n" + broken);
    }

    [Fact]
    public void Environment_ProductCode_IsNeverRead()
    {
        var broken = Report(CompiledCode.Of("Aurora.Functions").Uses
            .Where(use => use.TargetType == "System.Environment")
            .Where(use => use.MemberName.StartsWith("GetEnvironmentVariable", StringComparison.Ordinal)));

        Assert.True(broken.Length == 0, "Settings reach code through options:\n" + broken);
    }

    [Fact]
    public void LocalRuntime_ProductSource_IsNeverNamed()
    {
        var broken = RepositoryTree.Files("src/Aurora.Functions", ".cs")
            .Where(file => RepositoryTree.Read(file).Contains("Aurora.LocalRuntime", StringComparison.Ordinal))
            .ToList();

        Assert.True(broken.Count == 0, "The product names its local host:\n" + string.Join('\n', broken));
    }

    [Fact]
    public void SqlClock_InStatements_IsAParameter()
    {
        // The corrected clock measures the database's own; everything else compares with an instant it was given.
        var broken = Assemblies
            .SelectMany(assembly => CompiledCode.Of(assembly).Uses)
            .Where(use => use.Literal is not null && SqlWord().IsMatch(use.Literal) && SqlClock().IsMatch(use.Literal))
            .Where(use => !use.FromType.StartsWith("Aurora.Functions.Platform.Time.", StringComparison.Ordinal))
            .Select(use => $"{use.FromType}.{use.FromMember}")
            .Distinct(StringComparer.Ordinal)
            .ToList();

        Assert.True(broken.Count == 0, "SQL asks for the time:\n" + string.Join('\n', broken));
    }

    [Fact]
    public void SqlClock_InMigrations_IsADefaultOnly()
    {
        var broken = RepositoryTree.Files("src", ".sql")
            .SelectMany(file => RepositoryTree.Lines(file)
                .Where(line => SqlClock().IsMatch(line.Split("--")[0]) && !ClockDefault().IsMatch(line))
                .Select(line => $"{file}: {line.Trim()}"))
            .ToList();

        Assert.True(broken.Count == 0, string.Join('\n', broken));
    }

    [Fact]
    public void Markers_AllSource_LeaveNothingForLater()
    {
        var broken = RepositoryTree.Files("src", ".cs").Concat(RepositoryTree.Files("tests", ".cs"))
            .Where(file => !file.EndsWith("/Architecture/BannedSymbolsTests.cs", StringComparison.Ordinal))
            .SelectMany(file => RepositoryTree.Lines(file)
                .Where(line => Marker().IsMatch(line))
                .Select(line => $"{file}: {line.Trim()}"))
            .ToList();

        Assert.True(broken.Count == 0, string.Join('\n', broken));
    }

    [Fact]
    public void Sleeps_InTests_DoNotExist()
    {
        // The one polling wait with a deadline, and the load generator, which is no test.
        string[] allowed = ["tests/Aurora.TestKit/", "tests/Aurora.Benchmarks/"];
        var broken = RepositoryTree.Files("tests", ".cs")
            .Where(file => !allowed.Any(prefix => file.StartsWith(prefix, StringComparison.Ordinal)))
            .Where(file => !file.Contains("/Architecture/", StringComparison.Ordinal))
            .Where(file => Sleep().IsMatch(RepositoryTree.Read(file)))
            .ToList();

        Assert.True(broken.Count == 0, "Tests that sleep; wait with Eventually or drive the clock:\n" + string.Join('\n', broken));
    }

    private static string Report(IEnumerable<SymbolUse> uses) =>
        string.Join('\n', uses.Select(use => use.ToString()).Distinct(StringComparer.Ordinal));

    [GeneratedRegex(@"\b(?:SELECT|INSERT|UPDATE|DELETE|WITH)\b", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex SqlWord();

    [GeneratedRegex(
        @"\bnow\s*\(\)|\bclock_timestamp\b|\bcurrent_timestamp\b|\bcurrent_date\b|\bstatement_timestamp\b|\btransaction_timestamp\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 5_000)]
    private static partial Regex SqlClock();

    [GeneratedRegex(@"\bDEFAULT\s+(?:now\s*\(\)|current_timestamp)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex ClockDefault();

    [GeneratedRegex(@"\bTODO\b|\bFIXME\b|\bHACK\b|NotImplementedException|\bSkip\s*=\s*""|^\s*#region", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex Marker();

    [GeneratedRegex(@"\bThread\.Sleep\(|\bTask\.Delay\((?!Timeout\.Infinite)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex Sleep();
}
