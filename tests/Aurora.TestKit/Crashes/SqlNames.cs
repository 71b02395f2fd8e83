using System.Collections.Frozen;
using System.Reflection;
using System.Text.RegularExpressions;
using Aurora.Functions;
using Aurora.LocalRuntime.Durable;

namespace Aurora.TestKit.Crashes;

/// <summary>
/// Names of statements: a constant's own name (<c>PostgresOutboxStore.ClaimSql</c>), found by its text; else the first verb
/// and table.
/// </summary>
public static partial class SqlNames
{
    private static readonly FrozenDictionary<string, string> ByText = Constants()
        .GroupBy(static constant => constant.Text, StringComparer.Ordinal)
        .ToFrozenDictionary(static same => same.Key, static same => same.First().Name, StringComparer.Ordinal);

    public static string NameOf(string sql)
    {
        ArgumentNullException.ThrowIfNull(sql);
        if (ByText.TryGetValue(sql, out var name))
        {
            return name;
        }

        var match = VerbAndTable().Match(sql);
        return match.Success ? Spaces().Replace(match.Value, " ") : sql[..Math.Min(60, sql.Length)];
    }

    /// <summary>
    /// The whole statements that write, of a slice: what a list of crash points has to contain. A text that is part of another
    /// is a fragment.
    /// </summary>
    public static IReadOnlyList<string> WritesOf(string slice) =>
        [.. Constants()
            .Where(constant => constant.Namespace.StartsWith($"Aurora.Functions.{slice}", StringComparison.Ordinal))
            .Where(static constant => IsStatement().IsMatch(constant.Text) && WireCommit.Writes(constant.Text))
            .Where(static constant => !ByText.Keys.Any(text => text.Length > constant.Text.Length && text.Contains(constant.Text, StringComparison.Ordinal)))
            .Select(static constant => constant.Name)
            .Distinct()];

    private static IEnumerable<(string Namespace, string Name, string Text)> Constants() =>
        from assembly in new[] { typeof(AuroraApp).Assembly, typeof(DurableEngine).Assembly }
        from type in assembly.GetTypes()
        from field in type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        where field is { IsLiteral: true } && field.FieldType == typeof(string)
        let text = (string?)field.GetRawConstantValue()
        where text is { Length: > 8 }
        select (type.Namespace ?? "", $"{type.Name}.{field.Name}", text);

    [GeneratedRegex(@"(INSERT\s+INTO|DELETE\s+FROM|UPDATE|CREATE\s+\w+|SELECT)\s+[\w.]+", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex VerbAndTable();

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Spaces();

    [GeneratedRegex(@"^\s*(WITH|SELECT|INSERT|UPDATE|DELETE)\b", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex IsStatement();
}
