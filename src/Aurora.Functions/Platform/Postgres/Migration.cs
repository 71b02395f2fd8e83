using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Aurora.Functions.Platform.Postgres;

/// <summary>One numbered step of the schema: <c>NNNN_name.sql</c>, embedded, never changed after its release.</summary>
internal sealed partial record Migration(int Version, string Name, string Sql)
{
    /// <summary>SHA-256 of the text, the same on every platform whatever its line ends.</summary>
    public string Checksum => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(Sql.Replace("\r\n", "\n", StringComparison.Ordinal))));

    /// <summary>The app's migrations in order.</summary>
    public static IReadOnlyList<Migration> All { get; } = Load(typeof(Migration).Assembly);

    /// <summary>One text that changes whenever any migration does.</summary>
    public static string Fingerprint(IEnumerable<Migration> migrations) => Convert.ToHexStringLower(SHA256.HashData(
        Encoding.UTF8.GetBytes(string.Join('\n', migrations.Select(m => $"{m.Version}:{m.Checksum}")))))[..16];

    private static IReadOnlyList<Migration> Load(Assembly assembly)
    {
        var migrations = new List<Migration>();
        foreach (var resource in assembly.GetManifestResourceNames())
        {
            if (FileName().Match(resource) is not { Success: true } match)
            {
                continue;
            }

            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
            migrations.Add(new Migration(
                int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture), match.Groups[2].Value, reader.ReadToEnd()));
        }

        return InOrder(migrations);
    }

    /// <summary>Sorts by number and refuses two files with one number.</summary>
    internal static IReadOnlyList<Migration> InOrder(IEnumerable<Migration> migrations)
    {
        Migration[] ordered = [.. migrations.OrderBy(m => m.Version)];
        for (var i = 1; i < ordered.Length; i++)
        {
            if (ordered[i].Version == ordered[i - 1].Version)
            {
                throw new InvalidOperationException(
                    $"Two migrations have the number {ordered[i].Version:D4}: {ordered[i - 1].Name} and {ordered[i].Name}.");
            }
        }

        return ordered;
    }

    [GeneratedRegex(@"\.Migrations\.(\d{4})_([A-Za-z0-9_]+)\.sql$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex FileName();
}
