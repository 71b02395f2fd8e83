using System.Text.RegularExpressions;
using Xunit;

namespace Aurora.Functions.Tests.Architecture;

/// <summary>A page under src/ states its promises, each with the tests that keep it; what it names exists.</summary>
public sealed partial class PromiseTests
{
    private const string Header = "| promise | kept by |";

    private static readonly NamedTests Tests = new();

    public static TheoryData<string> Pages() =>
        [.. RepositoryTree.Files("src", "README.md").Where(page => page != "src/adr/README.md")];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Page_EveryPromise_NamesTestsThatExist(string page)
    {
        var rows = RepositoryTree.Lines(page).SkipWhile(line => line != Header).Skip(2).TakeWhile(line => line.StartsWith('|')).ToList();
        var broken = rows
            .Select(row => (Row: row, Cells: row.Trim('|').Split(" | ")))
            .Where(row => row.Cells.Length != 2 || !TestName().IsMatch(row.Cells[1]))
            .Select(row => "names no test: " + row.Row)
            .ToList();
        broken.AddRange(rows.SelectMany(row => TestName().Matches(row)).Select(match => match.Groups["name"].Value)
            .Where(name => !Tests.Has(name)).Select(name => "no such test: " + name));

        Assert.True(rows.Count > 0, $"{page} has no table '{Header}'.");
        Assert.True(broken.Count == 0, page + "\n" + string.Join('\n', broken));
    }

    [Fact]
    public void Pages_Everywhere_NameOnlyTestsThatExist()
    {
        var broken = RepositoryTree.Files("src", ".md").Concat(RepositoryTree.Files("infra", ".md")).Append("README.md")
            .SelectMany(page => TestName().Matches(RepositoryTree.Read(page))
                .Select(match => match.Groups["name"].Value)
                .Where(name => !Tests.Has(name))
                .Select(name => $"{page}: no test {name}"))
            .ToList();

        Assert.True(broken.Count == 0, string.Join('\n', broken));
    }

    [GeneratedRegex(
        @"`(?<name>\w+(?:Tests|Compliance|Crashes|Limits)(?:\.\w+)?)`", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex TestName();
}
