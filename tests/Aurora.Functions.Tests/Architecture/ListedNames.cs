using System.Text.RegularExpressions;
using Aurora.TestKit.PublicApi;

namespace Aurora.Functions.Tests.Architecture;

/// <summary>The names of the packages' types and members, as compiled code knows them: generic arity instead of arguments.</summary>
internal sealed partial class ListedNames
{
    private readonly Dictionary<string, HashSet<string>> _members = new(StringComparer.Ordinal);
    private readonly HashSet<string> _delegates = new(StringComparer.Ordinal);

    public ListedNames()
    {
        foreach (var type in PublicApiList.Read().Values)
        {
            var name = Arguments().Replace(type.Name, "");
            if (!_members.TryGetValue(name, out var members))
            {
                _members[name] = members = new HashSet<string>(StringComparer.Ordinal);
            }

            members.UnionWith(type.Members.Select(line => MemberName().Match(line)).Where(m => m.Success).Select(m => m.Groups["name"].Value));
            if (type.Kind == "delegate")
            {
                _delegates.Add(name);
            }
        }
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
            || _delegates.Contains(type)
            || name is "ToString" or "Equals" or "GetHashCode" or "<Clone>$" or "op_Equality" or "op_Inequality"
            || (name is "op_Implicit" or "op_Explicit" && members.Contains("operator"));
    }

    private static string ListName(string compiledName) => Arity().Replace(compiledName, "");

    [GeneratedRegex(
        @"^.*?(?:(?<name>operator) |\b(?<name>\w+)(?:<[\w, ]+>)?(?: \{|\(| = |$))",
        RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 5_000)]
    private static partial Regex MemberName();

    [GeneratedRegex(@"`\d+", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex Arity();

    [GeneratedRegex(@"<[^>]*>", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex Arguments();
}
