using System.Text.RegularExpressions;

namespace Aurora.TestKit.Crashes;

/// <summary>One transaction that writes, as it is about to be committed: the statements in the order in which they ran.</summary>
public sealed partial class WireCommit
{
    private readonly string[] _writes;

    internal WireCommit(IReadOnlyList<string> statements)
    {
        _writes = [.. statements.Where(Writes).Select(SqlNames.NameOf).Distinct()];
        IsExplicit = statements.Any(static sql => sql.StartsWith("COMMIT", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The names of the writing statements; see <see cref="SqlNames"/>.</summary>
    public string Name => string.Join(" + ", _writes);

    /// <summary>Whether a <c>COMMIT</c> ended it; otherwise it was one batch, which commits by itself.</summary>
    public bool IsExplicit { get; }

    /// <summary>Whether a named statement is part of it.</summary>
    public bool Has(string name) => _writes.Contains(name, StringComparer.Ordinal);

    public override string ToString() => IsExplicit ? $"{Name} (COMMIT)" : Name;

    /// <summary>Whether a statement changes anything that outlives it: rows, or a lock of the session.</summary>
    internal static bool Writes(string sql) => Writing().IsMatch(sql);

    [GeneratedRegex(
        @"\b(INSERT\s+INTO\b|DELETE\s+FROM\b|UPDATE\s+[a-z_.]+|TRUNCATE\b|CREATE\b|ALTER\b|pg_advisory_lock\b|SELECT\s+aurora_local\.(?!assert_owner)\w+(?=\())",
        RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Writing();
}
