using System.Text.RegularExpressions;

namespace Aurora.Functions.Tests.Architecture;

/// <summary>Names of the types and members in the signature list of the Functions and Durable packages.</summary>
internal sealed partial class PublicApiList
{
    private readonly Dictionary<string, HashSet<string>> _members = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _delegatesAndEnums = new(StringComparer.Ordinal);

    private PublicApiList()
    {
    }

    public static PublicApiList Load()
    {
        var list = new PublicApiList();
        var current = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in RepositoryTree.Lines("tests/Aurora.TestKit/PublicApi/functions-public-api.txt"))
        {
            if (TypeLine().Match(line) is { Success: true } type)
            {
                var name = WithoutArguments(type.Groups["name"].Value);
                current = list._members[name] = new HashSet<string>(StringComparer.Ordinal);
                list._delegatesAndEnums[name] = type.Groups["kind"].Value;
            }
            else if (MemberLine().Match(line) is { Success: true } member)
            {
                current.Add(member.Groups["name"].Value);
            }
        }

        return list;
    }

    public bool HasType(string compiledName) => _members.ContainsKey(ListName(compiledName));

    public bool HasMember(string compiledType, string compiledMember)
    {
        var type = ListName(compiledType);
        if (!_members.TryGetValue(type, out var members))
        {
            return false;
        }

        var name = compiledMember switch
        {
            ".ctor" => "ctor",
            _ when compiledMember.StartsWith("get_", StringComparison.Ordinal) => compiledMember[4..],
            _ when compiledMember.StartsWith("set_", StringComparison.Ordinal) => compiledMember[4..],
            _ => compiledMember,
        };

        // Delegates and records bring members the list leaves out.
        return members.Contains(name)
            || _delegatesAndEnums[type].Contains("delegate", StringComparison.Ordinal)
            || name is "ToString" or "Equals" or "GetHashCode" or "<Clone>$" or "op_Equality" or "op_Inequality"
            || (name is "op_Implicit" or "op_Explicit" && members.Contains("operator"));
    }

    private static string ListName(string compiledName) => Arity().Replace(compiledName, "");

    private static string WithoutArguments(string name) => Arguments().Replace(name, "");

    [GeneratedRegex(
        @"^(?<kind>(?:abstract |sealed |static )?(?:class|record|struct|interface|enum|delegate)) (?<name>[\w.<>, ]+?)(?: : .*|\(.*)?$",
        RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 5_000)]
    private static partial Regex TypeLine();

    [GeneratedRegex(
        @"^  .*?(?:(?<name>operator) |\b(?<name>\w+)(?:<[\w, ]+>)?(?: \{|\(| = |$))",
        RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 5_000)]
    private static partial Regex MemberLine();

    [GeneratedRegex(@"`\d+", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex Arity();

    [GeneratedRegex(@"<[^>]*>", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex Arguments();
}
