using System.Text.RegularExpressions;

namespace Aurora.Functions.Tests.Architecture;

/// <summary>The tests of all projects by name, read from their source, so that one project sees them all.</summary>
internal sealed partial class NamedTests
{
    private readonly HashSet<string> _methods = new(StringComparer.Ordinal);
    private readonly HashSet<string> _classes = new(StringComparer.Ordinal);

    public NamedTests()
    {
        foreach (var file in RepositoryTree.Files("tests", ".cs"))
        {
            var type = Path.GetFileName(file).Split('.')[0];
            var tests = TestsIn(file).ToList();
            _methods.UnionWith(tests.Select(test => $"{type}.{test}"));

            // A class that runs a suite for one store has no tests of its own.
            if (tests.Count > 0 || type.EndsWith("Tests", StringComparison.Ordinal))
            {
                _classes.Add(type);
            }
        }
    }

    /// <summary>Whether there is a test <c>Class.Method</c>, or a class of tests where only that is named.</summary>
    public bool Has(string name) => name.Contains('.', StringComparison.Ordinal) ? _methods.Contains(name) : _classes.Contains(name);

    private static IEnumerable<string> TestsIn(string file)
    {
        var isTest = false;
        foreach (var line in RepositoryTree.Lines(file))
        {
            isTest |= Attribute().IsMatch(line);
            if (isTest && Method().Match(line) is { Success: true } method)
            {
                isTest = false;
                yield return method.Groups["name"].Value;
            }
        }
    }

    [GeneratedRegex(@"^\s*\[(?:Fact|Theory|Property)\b", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex Attribute();

    [GeneratedRegex(@"^\s*public\s+(?:async\s+)?[\w<>]+\s+(?<name>\w+)\s*\(", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex Method();
}
