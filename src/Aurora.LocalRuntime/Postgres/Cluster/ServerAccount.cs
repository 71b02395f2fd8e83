using System.Globalization;
using Aurora.LocalRuntime.Postgres.Binaries;

namespace Aurora.LocalRuntime.Postgres.Cluster;

/// <summary>
/// Which operating-system user the server runs as. PostgreSQL refuses to run as root, so for root it is <c>postgres</c>,
/// else <c>nobody</c>; for everybody else it is the user itself.
/// </summary>
internal sealed class ServerAccount
{
    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(10);
    private static readonly string[] Candidates = ["postgres", "nobody"];
    private readonly string[] _prefix;

    private ServerAccount(string? name, string[] prefix)
    {
        Name = name;
        _prefix = prefix;
    }

    /// <summary>The other user, or null when the server runs as the current one.</summary>
    public string? Name { get; }

    /// <summary>The account for the current user.</summary>
    /// <exception cref="EmbeddedPostgresException">Running as root and no way was found to run as another user.</exception>
    public static Task<ServerAccount> ForCurrentUserAsync(CancellationToken cancellation) =>
        ChooseAsync(!OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess, IsOnPath, cancellation);

    internal static async Task<ServerAccount> ChooseAsync(bool isRoot, Func<string, bool> hasTool, CancellationToken cancellation)
    {
        if (!isRoot)
        {
            return new ServerAccount(null, []);
        }

        foreach (var name in Candidates)
        {
            var uid = await IdAsync("-u", name, cancellation);
            var gid = await IdAsync("-g", name, cancellation);
            if (uid is null or 0 || gid is null)
            {
                continue;
            }

            foreach (var prefix in Launchers(name, uid.Value, gid.Value).Where(l => hasTool(l[0])))
            {
                var account = new ServerAccount(name, prefix);
                if ((await account.RunAsync(["true"], "/", Quick, cancellation)).Succeeded)
                {
                    return account;
                }
            }
        }

        throw new EmbeddedPostgresException(
            "PostgreSQL refuses to run as root, and no other user could be used: a user 'postgres' or 'nobody' and one of "
            + "setpriv, runuser, su or sudo are needed. Run as a normal user, or set ConnectionStrings__Aurora.");
    }

    /// <summary>The command line that runs <paramref name="command"/> as this account.</summary>
    public IReadOnlyList<string> Wrap(IReadOnlyList<string> command) => _prefix switch
    {
        [] => command,
        // su takes one shell text; everything is quoted.
        ["su", ..] => [.. _prefix, string.Join(' ', command.Select(Quote))],
        _ => [.. _prefix, .. command],
    };

    public Task<CommandResult> RunAsync(
        IReadOnlyList<string> command, string workingDirectory, TimeSpan timeout, CancellationToken cancellation) =>
        ExternalCommand.RunAsync(Wrap(command), workingDirectory, timeout, cancellation);

    /// <summary>Whether the account may enter the directory, checked by entering it.</summary>
    public async Task<bool> CanEnterAsync(string directory, CancellationToken cancellation) =>
        Name is null || (await RunAsync(["sh", "-c", "cd \"$0\"", directory], "/", Quick, cancellation)).Succeeded;

    /// <summary>Gives a directory and what it holds to the account.</summary>
    public async Task OwnAsync(string path, CancellationToken cancellation)
    {
        if (Name is null)
        {
            return;
        }

        // "user:" means the user's own group.
        var result = await ExternalCommand.RunAsync(["chown", "-R", $"{Name}:", path], "/", Quick, cancellation);
        if (!result.Succeeded)
        {
            throw new EmbeddedPostgresException($"The directory {path} could not be given to the user {Name}: {result.Output}");
        }
    }

    internal static bool IsOnPath(string tool) => ExecutablePath.Find(tool) is not null;

    private static IEnumerable<string[]> Launchers(string name, int uid, int gid)
    {
        yield return ["setpriv", Invariant($"--reuid={uid}"), Invariant($"--regid={gid}"), "--init-groups", "--"];
        yield return ["runuser", "-u", name, "--"];
        yield return ["su", "-s", "/bin/sh", name, "-c"];
        yield return ["sudo", "-n", "-u", name, "--"];
    }

    private static async Task<int?> IdAsync(string flag, string name, CancellationToken cancellation)
    {
        var result = await ExternalCommand.RunAsync(["id", flag, name], "/", Quick, cancellation);
        return result.Succeeded && int.TryParse(result.Output, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
    }

    private static string Quote(string argument) => $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
