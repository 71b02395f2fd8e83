using System.Globalization;
using System.Text.RegularExpressions;

namespace Aurora.Functions.Tests.Architecture;

/// <summary>The rows a page prints: lines <c>row N   Name   Name</c>.</summary>
internal static partial class PrintedRows
{
    public static SortedDictionary<string, int> In(string page)
    {
        var rows = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (Match match in Line().Matches(RepositoryTree.Read(page)))
        {
            foreach (var name in match.Groups["names"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                rows.Add(name, int.Parse(match.Groups["row"].Value, CultureInfo.InvariantCulture));
            }
        }

        return rows;
    }

    [GeneratedRegex(@"^row (?<row>\d) +(?<names>[\w ]+)$", RegexOptions.Multiline | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex Line();
}
