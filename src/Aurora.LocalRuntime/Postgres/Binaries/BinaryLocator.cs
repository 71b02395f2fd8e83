using System.Globalization;
using Aurora.LocalRuntime.Postgres.Cluster;
using Microsoft.Extensions.Logging;

namespace Aurora.LocalRuntime.Postgres.Binaries;

/// <summary>
/// Finds server programs: on the machine (PATH, Debian's and Red Hat's directories, Homebrew, Program Files), else the
/// distribution's packages unpacked privately, else the npm package. A data directory that exists decides the major version.
/// </summary>
internal sealed class BinaryLocator(ServerAccount account, ILogger logger)
{
    /// <summary>Places on the machine, in the order they are tried.</summary>
    internal IReadOnlyList<string> MachineDirectories { get; init; } = DefaultMachineDirectories();

    /// <summary>Ways to fetch what the machine does not have, in the order they are tried.</summary>
    internal IReadOnlyList<IBinarySource> Sources { get; init; } = [new DebianPackages(), new NpmPackage()];

    /// <summary>The first usable set of programs.</summary>
    /// <param name="privateDirectory">Where fetched packages are unpacked; the account can enter it.</param>
    /// <param name="major">The major version an existing data directory needs, or null.</param>
    /// <param name="cancellation">Stops the search.</param>
    /// <exception cref="EmbeddedPostgresException">There is none; the message says what to install.</exception>
    public async Task<PostgresBinaries> FindAsync(string privateDirectory, int? major, CancellationToken cancellation)
    {
        var others = new List<PostgresBinaries>();
        foreach (var directory in MachineDirectories)
        {
            if (await PostgresBinaries.InspectAsync(directory, null, account, cancellation) is { } found && Fits(found))
            {
                return found;
            }
        }

        var tried = new List<string> { "PATH and the usual directories: no PostgreSQL 14 or newer" };
        foreach (var source in Sources)
        {
            var root = Path.Combine(privateDirectory, source.Name);
            var fetched = await source.FindAsync(root, account, cancellation);
            if (fetched is null && source.CanFetch())
            {
                EmbeddedPostgresLog.Fetching(logger, source.Name, root);
                var problem = await source.FetchAsync(root, major, cancellation);
                fetched = problem is null ? await source.FindAsync(root, account, cancellation) : null;
                if (fetched is null)
                {
                    tried.Add($"{source.Name}: {problem ?? "the programs do not run"}");
                }
            }

            if (fetched is not null && Fits(fetched))
            {
                return fetched;
            }
        }

        throw NotFound(major, others, tried);

        bool Fits(PostgresBinaries candidate)
        {
            if (major is null || candidate.Major == major)
            {
                return true;
            }

            others.Add(candidate);
            return false;
        }
    }

    private static EmbeddedPostgresException NotFound(int? major, List<PostgresBinaries> others, List<string> tried)
    {
        if (others.Count > 0)
        {
            return new EmbeddedPostgresException(
                $"The database in .aurora was made by PostgreSQL {major}, but only "
                + $"{string.Join(", ", others.Select(o => o.Version).Distinct(StringComparer.Ordinal))} was found. "
                + $"Install PostgreSQL {major}, or move .aurora away to begin with an empty database.");
        }

        return new EmbeddedPostgresException(
            "No PostgreSQL server was found and none could be fetched. Install PostgreSQL 14 or newer (Debian, Ubuntu: "
            + "apt-get install postgresql; macOS: brew install postgresql@17; Windows: winget install PostgreSQL.PostgreSQL.17), "
            + "or set ConnectionStrings__Aurora to an existing database. Tried: " + string.Join("; ", tried));
    }

    private static List<string> DefaultMachineDirectories()
    {
        var directories = new List<string>();
        directories.AddRange(ExecutablePath.Directories());
        directories.AddRange(Versioned("/usr/lib/postgresql", "bin"));
        directories.AddRange(Versioned("/usr", "bin", "pgsql-"));
        foreach (var brew in new[] { "/opt/homebrew", "/usr/local", "/home/linuxbrew/.linuxbrew" })
        {
            directories.AddRange(Versioned(Path.Combine(brew, "opt"), "bin", "postgresql@"));
            directories.Add(Path.Combine(brew, "opt", "postgresql", "bin"));
        }

        directories.AddRange(Versioned("/Applications/Postgres.app/Contents/Versions", "bin"));
        if (OperatingSystem.IsWindows())
        {
            var programs = Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles);
            directories.AddRange(Versioned(Path.Combine(programs, "PostgreSQL"), "bin"));
        }

        return directories;
    }

    /// <summary>Version directories below <paramref name="root"/>, newest first.</summary>
    internal static IEnumerable<string> Versioned(string root, string leaf, string prefix = "")
    {
        if (!Directory.Exists(root))
        {
            return [];
        }

        return Directory.EnumerateDirectories(root, prefix + "*")
            .Select(path => (Path: path, Version: VersionOf(Path.GetFileName(path)[prefix.Length..])))
            .Where(entry => entry.Version > 0)
            .OrderByDescending(entry => entry.Version)
            .Select(entry => Path.Combine(entry.Path, leaf));
    }

    private static double VersionOf(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var version) ? version : 0;
}
