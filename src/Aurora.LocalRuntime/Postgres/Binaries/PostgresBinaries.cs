using System.Globalization;
using System.Text.RegularExpressions;
using Aurora.LocalRuntime.Postgres.Cluster;

namespace Aurora.LocalRuntime.Postgres.Binaries;

/// <summary>One set of server programs. <see cref="LibraryPath"/> is set for unpacked packages, whose libraries the system does not know.</summary>
internal sealed partial record PostgresBinaries(string Directory, string Version, int Major, string? LibraryPath)
{
    /// <summary>The oldest server the product supports.</summary>
    public const int OldestMajor = 14;

    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(10);
    private static readonly string[] Needed = ["initdb", "pg_ctl", "postgres"];

    /// <summary>The programs in a directory, when they are complete, new enough and runnable by the account.</summary>
    public static async Task<PostgresBinaries?> InspectAsync(
        string directory, string? libraryPath, ServerAccount account, CancellationToken cancellation)
    {
        if (!Needed.All(tool => File.Exists(Path.Combine(directory, tool + ExecutablePath.Extension))))
        {
            return null;
        }

        var unknown = new PostgresBinaries(directory, "", 0, libraryPath);
        var result = await account.RunAsync(unknown.CommandLine("postgres", "--version"), Path.GetTempPath(), Quick, cancellation);
        if (!result.Succeeded || VersionText().Match(result.Output) is not { Success: true } match)
        {
            return null;
        }

        var major = int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture);
        return major >= OldestMajor ? unknown with { Version = match.Groups[1].Value, Major = major } : null;
    }

    /// <summary>The command line of one of the programs.</summary>
    public IReadOnlyList<string> CommandLine(string tool, params string[] arguments)
    {
        var program = Path.Combine(Directory, tool + ExecutablePath.Extension);
        return LibraryPath is null
            ? [program, .. arguments]
            : ["env", $"LD_LIBRARY_PATH={LibraryPath}", program, .. arguments];
    }

    // "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"
    [GeneratedRegex(@"\(PostgreSQL\) ((\d+)[^ ]*)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex VersionText();
}
