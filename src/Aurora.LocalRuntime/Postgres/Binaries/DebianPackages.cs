using System.Text.RegularExpressions;
using Aurora.LocalRuntime.Postgres.Cluster;

namespace Aurora.LocalRuntime.Postgres.Binaries;

/// <summary>
/// The distribution's own packages on Debian and Ubuntu, downloaded and unpacked into the private directory:
/// nothing on the machine changes, and root is not needed. Their libraries are found through <c>LD_LIBRARY_PATH</c>.
/// </summary>
internal sealed partial class DebianPackages : IBinarySource
{
    private const string PrivateState = "apt";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private static readonly string[] Tools = ["apt-get", "apt-cache", "dpkg", "dpkg-query"];

    /// <summary>Not needed to run a private server, or always there.</summary>
    private static readonly string[] LeftOut =
    [
        "libc6", "libgcc-s1", "libstdc++6", "gcc-", "libllvm", "libclang", "perl", "debconf", "cdebconf", "postgresql-common",
        "postgresql-client", "ssl-cert", "locales", "tzdata", "adduser", "passwd", "lsb-base", "sysvinit", "systemd", "init-system",
        "ucf", "netbase", "openssl", "libjson-perl", "dpkg", "tar", "install-info", "libperl", "logrotate", "cron", "sensible-utils",
    ];

    public string Name => "debian";

    public bool CanFetch() =>
        OperatingSystem.IsLinux() && Tools.All(tool => ExecutablePath.Find(tool) is not null);

    public async Task<PostgresBinaries?> FindAsync(string root, ServerAccount account, CancellationToken cancellation)
    {
        foreach (var directory in BinaryLocator.Versioned(Path.Combine(root, "usr", "lib", "postgresql"), "bin"))
        {
            var found = await PostgresBinaries.InspectAsync(directory, LibraryPath(root), account, cancellation);
            if (found is not null)
            {
                return found;
            }
        }

        return null;
    }

    public async Task<string?> FetchAsync(string root, int? major, CancellationToken cancellation)
    {
        ServerHome.CreateOpen(root);
        if (await FetchAsync(root, major, [], cancellation) is null)
        {
            return null;
        }

        // A fresh image has no package lists, or old ones; new ones are fetched into the private directory, not into the machine's.
        var options = PrivateLists(root);
        var update = await RunAsync(["apt-get", .. options, "update"], root, cancellation);
        if (!update.Succeeded)
        {
            return $"apt-get update failed ({LastLine(update)})";
        }

        var problem = await FetchAsync(root, major, options, cancellation);
        Directory.Delete(Path.Combine(root, PrivateState), recursive: true);
        return problem;
    }

    private static async Task<string?> FetchAsync(string root, int? major, string[] options, CancellationToken cancellation)
    {
        var server = await ServerPackageAsync(major, options, root, cancellation);
        if (server is null)
        {
            return "the distribution has no postgresql package" + (major is null ? "" : FormattableString.Invariant($" of version {major}"));
        }

        var downloads = Path.Combine(root, "downloads");
        ServerHome.CreateOpen(downloads);
        var packages = await DependenciesAsync(server, options, root, cancellation);
        var download = await RunAsync(["apt-get", .. options, "download", .. packages], downloads, cancellation);
        if (!download.Succeeded)
        {
            return $"apt-get download failed ({LastLine(download)})";
        }

        foreach (var file in Directory.EnumerateFiles(downloads, "*.deb"))
        {
            var unpacked = await RunAsync(["dpkg", "-x", file, root], root, cancellation);
            if (!unpacked.Succeeded)
            {
                return $"dpkg -x {Path.GetFileName(file)} failed ({LastLine(unpacked)})";
            }
        }

        Directory.Delete(downloads, recursive: true);
        return null;
    }

    /// <summary>Whether a dependency has to be unpacked too.</summary>
    internal static bool IsWanted(string package) =>
        !package.StartsWith('<') && !LeftOut.Any(prefix => package.StartsWith(prefix, StringComparison.Ordinal));

    private static async Task<string?> ServerPackageAsync(int? major, string[] options, string root, CancellationToken cancellation)
    {
        if (major is not null)
        {
            var exact = await RunAsync(["apt-cache", .. options, "show", $"postgresql-{major}"], root, cancellation);
            return exact.Succeeded && exact.Output.Contains("Filename:", StringComparison.Ordinal) ? $"postgresql-{major}" : null;
        }

        // "postgresql" depends on the distribution's version.
        var result = await RunAsync(["apt-cache", .. options, "depends", "postgresql"], root, cancellation);
        return result.Succeeded && ServerName().Match(result.Output) is { Success: true } match ? match.Groups[1].Value : null;
    }

    private static async Task<IReadOnlyList<string>> DependenciesAsync(
        string server, string[] options, string root, CancellationToken cancellation)
    {
        var result = await RunAsync(
            [
                "apt-cache", .. options, "depends", "--recurse", "--no-recommends", "--no-suggests", "--no-conflicts",
                "--no-breaks", "--no-replaces", "--no-enhances", server,
            ],
            root,
            cancellation);
        var packages = result.Output.Split('\n')
            .Where(line => line.Length > 0 && !char.IsWhiteSpace(line[0]) && !line.StartsWith('|'))
            .Select(line => line.Trim().Split(':')[0])
            .Where(IsWanted)
            .Append(server)
            .Distinct(StringComparer.Ordinal);
        var missing = new List<string>();
        foreach (var package in packages)
        {
            var status = await RunAsync(["dpkg-query", "-W", "-f=${db:Status-Status}", package], root, cancellation);
            if (package == server || !status.Succeeded || !status.Output.Contains("installed", StringComparison.Ordinal)
                || status.Output.Contains("not-installed", StringComparison.Ordinal))
            {
                missing.Add(package);
            }
        }

        return missing;
    }

    private static string[] PrivateLists(string root)
    {
        var state = Path.Combine(root, PrivateState);
        Directory.CreateDirectory(Path.Combine(state, "lists", "partial"));
        Directory.CreateDirectory(Path.Combine(state, "cache", "archives", "partial"));
        return
        [
            "-o", $"Dir::State::Lists={Path.Combine(state, "lists")}",
            "-o", $"Dir::Cache={Path.Combine(state, "cache")}",
            "-o", "APT::Sandbox::User=root",
        ];
    }

    private static string LibraryPath(string root)
    {
        var libraries = new List<string>();
        foreach (var lib in new[] { Path.Combine(root, "usr", "lib"), Path.Combine(root, "lib") }.Where(Directory.Exists))
        {
            libraries.AddRange(Directory.EnumerateDirectories(lib, "*-linux-gnu*"));
            libraries.Add(lib);
        }

        return string.Join(':', libraries);
    }

    private static string LastLine(CommandResult result) => result.Output.Split('\n')[^1].Trim();

    private static Task<CommandResult> RunAsync(string[] command, string directory, CancellationToken cancellation) =>
        ExternalCommand.RunAsync(command, directory, Patience, cancellation);

    [GeneratedRegex(@"Depends: (postgresql-\d+)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ServerName();
}
