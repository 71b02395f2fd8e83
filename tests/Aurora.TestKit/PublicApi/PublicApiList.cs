namespace Aurora.TestKit.PublicApi;

/// <summary>One type of the list: its opening line and its members, each as one line.</summary>
internal sealed record PublicApiType(string Name, string Kind, IReadOnlySet<string> Bases, IReadOnlySet<string> Members);

/// <summary>Reads <c>functions-public-api.txt</c>; the head of that file describes its format.</summary>
internal static class PublicApiList
{
    private static readonly string[] Kinds =
        ["static class", "abstract class", "sealed class", "class", "abstract record", "sealed record", "record",
            "struct", "interface", "enum", "delegate"];

    /// <summary>All types by full name. A type that several assemblies declare has the members of all of them.</summary>
    public static IReadOnlyDictionary<string, PublicApiType> Read()
    {
        using var stream = typeof(PublicApiList).Assembly.GetManifestResourceStream("functions-public-api.txt")
            ?? throw new InvalidOperationException("The list of signatures is not embedded.");
        using var reader = new StreamReader(stream);

        var types = new Dictionary<string, PublicApiType>(StringComparer.Ordinal);
        HashSet<string> members = [];
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            if (line[0] == ' ')
            {
                members.Add(line.Trim());
                continue;
            }

            var type = ParseOpening(line);
            if (types.TryGetValue(type.Name, out var known))
            {
                members = (HashSet<string>)known.Members;
                continue;
            }

            members = new HashSet<string>(StringComparer.Ordinal);
            types.Add(type.Name, type with { Members = members });
        }

        return types;
    }

    private static PublicApiType ParseOpening(string line)
    {
        var kind = Kinds.First(candidate => line.StartsWith(candidate + " ", StringComparison.Ordinal));
        var rest = line[(kind.Length + 1)..];
        var colon = rest.IndexOf(" : ", StringComparison.Ordinal);
        var name = colon < 0 ? rest : rest[..colon];
        var bases = colon < 0 ? [] : SplitOutsideBrackets(rest[(colon + 3)..]);
        return new PublicApiType(name, kind, bases.ToHashSet(StringComparer.Ordinal), new HashSet<string>());
    }

    private static List<string> SplitOutsideBrackets(string list)
    {
        List<string> parts = [];
        var depth = 0;
        var start = 0;
        for (var i = 0; i < list.Length; i++)
        {
            depth += list[i] switch { '<' => 1, '>' => -1, _ => 0 };
            if (list[i] == ',' && depth == 0)
            {
                parts.Add(list[start..i].Trim());
                start = i + 1;
            }
        }

        parts.Add(list[start..].Trim());
        return parts;
    }
}
