namespace Aurora.IntegrationTests.LocalRuntime.Postgres;

/// <summary>A temporary directory that an unprivileged server can be reached in, and that is removed with all it holds.</summary>
internal sealed class ServerDirectory : IDisposable
{
    private const UnixFileMode Everyone = UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
    private readonly string _root = Directory.CreateTempSubdirectory("aurora-embedded-").FullName;

    public ServerDirectory(bool privately = false)
    {
        if (!privately)
        {
            AllowEveryone(_root);
        }
    }

    public string Path => System.IO.Path.Combine(_root, ".aurora");

    public string Data => System.IO.Path.Combine(Path, "postgres", "data");

    public string InAurora(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Lets every user read, enter and run.</summary>
    public static void AllowEveryone(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.UserExecute | Everyone);
        }
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
