namespace Aurora.TestKit;

/// <summary>The repository the tests were built from, found from its solution file.</summary>
public static class Repository
{
    private const string Solution = "Aurora.Functions.sln";

    /// <summary>The top folder.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The full path of a file or folder given from the top, with forward slashes.</summary>
    public static string PathOf(string relativePath) => Path.Combine(Root, relativePath);

    /// <summary>The text of a file.</summary>
    public static string Read(string relativePath) => File.ReadAllText(PathOf(relativePath));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, Solution)))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No {Solution} above {AppContext.BaseDirectory}.");
    }
}
