using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Aurora.LocalRuntime.Postgres.Cluster;

/// <summary>
/// Where the server's files live: <c>.aurora/postgres</c>, or, when the account may not enter that, a directory under the
/// system's temporary folder named by a hash of the path. Locks and the password stay in <c>.aurora</c>.
/// </summary>
internal sealed record ServerHome(string AuroraDirectory, string Directory)
{
    private const UnixFileMode Traversable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The cluster.</summary>
    public string Data => Path.Combine(Directory, "data");

    /// <summary>A cluster that is being made; renamed to <see cref="Data"/> when it is complete.</summary>
    public string UnfinishedData => Path.Combine(Directory, "data.unfinished");

    /// <summary>Held while somebody sets up, starts or stops the server.</summary>
    public string SetUpLock => Path.Combine(AuroraDirectory, "postgres.lock");

    /// <summary>Held, shared, by everybody who uses the server.</summary>
    public string UsersLock => Path.Combine(AuroraDirectory, "postgres.users");

    /// <summary>In a clone whose data lives elsewhere: says where. It goes with the clone, and then the data is nobody's.</summary>
    public string MovedNote => Path.Combine(AuroraDirectory, "postgres", "moved-to.txt");

    /// <summary>Whether the data lives outside the clone.</summary>
    public bool IsMoved => Directory != Path.Combine(AuroraDirectory, "postgres");

    /// <summary>Port and password of the cluster.</summary>
    public string StateFile => Path.Combine(AuroraDirectory, "postgres.json");

    /// <summary>Decides where the files live and makes the directories.</summary>
    public static async Task<ServerHome> PrepareAsync(
        string auroraDirectory, ServerAccount account, ILogger logger, CancellationToken cancellation)
    {
        var aurora = Path.GetFullPath(auroraDirectory);
        System.IO.Directory.CreateDirectory(aurora);
        var wanted = Path.Combine(aurora, "postgres");
        CreateOpen(wanted);
        if (await account.CanEnterAsync(wanted, cancellation))
        {
            return new ServerHome(aurora, wanted);
        }

        var moved = MovedDirectory(aurora);
        CreateOpen(moved);
        await RefuseForeignAsync(moved, cancellation);
        if (!await account.CanEnterAsync(moved, cancellation))
        {
            throw new EmbeddedPostgresException(
                $"PostgreSQL runs as the user {account.Name}, who may enter neither {wanted} nor {moved}. "
                + "Run as a normal user, or set ConnectionStrings__Aurora.");
        }

        EmbeddedPostgresLog.Moved(logger, account.Name!, wanted, moved);
        return new ServerHome(aurora, moved);
    }

    /// <summary>The place outside the clone, the same for the same path.</summary>
    internal static string MovedDirectory(string auroraDirectory) => Path.Combine(
        Path.GetTempPath(),
        "aurora-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(auroraDirectory)))[..16]);

    /// <summary>Makes a directory everyone may enter, whatever the umask.</summary>
    internal static void CreateOpen(string directory)
    {
        System.IO.Directory.CreateDirectory(directory);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(directory, Traversable);
        }
    }

    /// <summary>Makes an empty directory for the account alone.</summary>
    internal static async Task CreateOwnedAsync(string directory, ServerAccount account, CancellationToken cancellation)
    {
        if (OperatingSystem.IsWindows())
        {
            System.IO.Directory.CreateDirectory(directory);
            return;
        }

        System.IO.Directory.CreateDirectory(directory, OwnerOnly);
        File.SetUnixFileMode(directory, OwnerOnly);
        await account.OwnAsync(directory, cancellation);
    }

    /// <summary>A directory in a folder everybody may write to is only used when it is ours and no link.</summary>
    private static async Task RefuseForeignAsync(string directory, CancellationToken cancellation)
    {
        var result = await ExternalCommand.RunAsync(
            ["find", directory, "-maxdepth", "0", "-type", "d", "-user", Environment.UserName],
            "/",
            TimeSpan.FromSeconds(10),
            cancellation);
        if (result.Output.Length == 0)
        {
            throw new EmbeddedPostgresException($"The directory {directory} belongs to somebody else. Remove it, or set ConnectionStrings__Aurora.");
        }
    }
}
