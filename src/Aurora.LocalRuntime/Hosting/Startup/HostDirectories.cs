namespace Aurora.LocalRuntime.Hosting.Startup;

/// <summary>Where the host finds and keeps its files; never the working directory, which is anybody's.</summary>
/// <param name="App">The app's own files: host.json.</param>
/// <param name="Root">The solution the app was built from, else the app's own directory: local.settings.json.</param>
internal sealed record HostDirectories(string App, string Root)
{
    /// <summary>The host's private state: keys and the embedded server.</summary>
    public string Aurora => Path.Combine(Root, ".aurora");

    public string HostJson => Path.Combine(App, "host.json");

    public string LocalSettings => Path.Combine(Root, "local.settings.json");

    public static HostDirectories Find(string app)
    {
        for (var directory = new DirectoryInfo(app); directory is not null; directory = directory.Parent)
        {
            if (directory.EnumerateFiles("*.sln").Any() || directory.EnumerateFiles("*.slnx").Any())
            {
                return new HostDirectories(app, directory.FullName);
            }
        }

        return new HostDirectories(app, app);
    }
}
