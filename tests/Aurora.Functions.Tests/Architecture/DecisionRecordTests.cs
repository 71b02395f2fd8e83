using System.Text.RegularExpressions;
using Xunit;

namespace Aurora.Functions.Tests.Architecture;

/// <summary>The record of a service order names, for every acceptance criterion, a test that exists.</summary>
public sealed partial class DecisionRecordTests
{
    /// <summary>Criteria that the pipeline itself or the record itself shows; they name no test method.</summary>
    private static readonly string[] ShownOtherwise = ["AC5-5", "AC6-6", "AC6-7", "AC7-6", "AC7-7"];

    public static TheoryData<string, int> Orders() => new()
    {
        { "src/adr/0105-os-005-ingest-persistence.md", 8 },
        { "src/adr/0106-os-006-outbox.md", 8 },
        { "src/adr/0107-os-007-mhc-router.md", 12 },
    };

    [Theory]
    [MemberData(nameof(Orders))]
    public void Record_EveryCriterion_NamesTestsThatExist(string record, int criteria)
    {
        var order = record.Split("-os-00")[1][0];
        var tests = new NamedTests();

        var rows = RepositoryTree.Lines(record)
            .Select(line => Row().Match(line))
            .Where(match => match.Success)
            .ToLookup(match => match.Groups["id"].Value, match => match.Groups["rest"].Value, StringComparer.Ordinal);
        var broken = new List<string>();
        foreach (var id in Enumerable.Range(1, criteria).Select(number => $"AC{order}-{number}"))
        {
            var named = rows[id].SelectMany(rest => TestName().Matches(rest)).Select(match => match.Groups["name"].Value).ToList();
            if (!rows.Contains(id))
            {
                broken.Add($"{id} has no row");
            }
            else if (named.Count == 0 && !ShownOtherwise.Contains(id, StringComparer.Ordinal))
            {
                broken.Add($"{id} names no test");
            }

            broken.AddRange(named.Where(name => !tests.Has(name)).Select(name => $"{id}: no test {name}"));
        }

        Assert.True(broken.Count == 0, record + "\n" + string.Join('\n', broken));
    }

    [Fact]
    public void Records_OnDisk_AreAllInTheIndex()
    {
        var index = RepositoryTree.Read("src/adr/README.md");

        var missing = RepositoryTree.Files("src/adr", ".md").Select(path => Path.GetFileName(path)!)
            .Where(name => name != "README.md" && !index.Contains($"({name})", StringComparison.Ordinal))
            .ToList();
        var dangling = IndexLink().Matches(index).Select(match => match.Groups["file"].Value)
            .Where(name => !File.Exists(Path.Combine(RepositoryTree.Root, "src/adr", name)))
            .ToList();

        Assert.Empty(missing);
        Assert.Empty(dangling);
    }

    [GeneratedRegex(@"^\|\s*(?<id>AC[567]-\d+)\s*\|(?<rest>.*)$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex Row();

    [GeneratedRegex(@"`(?<name>\w+Tests\.\w+)`", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex TestName();

    [GeneratedRegex(@"\]\((?<file>\d{4}-[\w-]+\.md)\)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex IndexLink();
}
