namespace Aurora.LocalRuntime.Postgres.Binaries;

/// <summary>Finds programs on the PATH.</summary>
internal static class ExecutablePath
{
    /// <summary>The file extension of programs on this system.</summary>
    public static string Extension { get; } = OperatingSystem.IsWindows() ? ".exe" : "";

    /// <summary>The directories of the PATH, in order.</summary>
    public static IEnumerable<string> Directories() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The first program of that name on the PATH, or null.</summary>
    public static string? Find(string tool)
    {
        foreach (var directory in Directories())
        {
            var names = OperatingSystem.IsWindows() ? new[] { $"{tool}.exe", $"{tool}.cmd" } : [tool];
            foreach (var name in names)
            {
                var path = Path.Combine(directory, name);
                if (File.Exists(path))
                {
                    return path;
                }
            }
        }

        return null;
    }
}
