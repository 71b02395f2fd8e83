using Xunit;

namespace Aurora.Functions.Tests.Architecture;

/// <summary>The shape of the repository: the top level, folder names, file sizes, a page for every slice.</summary>
public sealed class TreeTests
{
    private const int LongSource = 200;
    private const int SourceLimit = 400;
    private const int TestLimit = 600;

    /// <summary>Files at the root of a slice: its contract, options, logs, metrics and registration; what does the work has a folder.</summary>
    private const int FlatLimit = 15;

    private static readonly string[] TopLevel =
        ["src", "tests", "host.json", "local.settings.sample.json", "infra", "Aurora.Functions.sln", "README.md"];

    /// <summary>Present on a working machine, never in the repository (.gitignore).</summary>
    private static readonly string[] Untracked = ["artifacts", "artifacts-azure", "local.settings.json", "TestResults", "BenchmarkDotNet.Artifacts"];

    private static readonly string[] ForbiddenFolders =
        ["Services", "Helpers", "Utils", "Utilities", "Managers", "Common", "Models", "Interfaces", "Constants", "Shared", "Misc"];

    [Fact]
    public void TopLevel_OfTheRepository_IsExactlyTheSevenNames()
    {
        var present = Directory.EnumerateFileSystemEntries(RepositoryTree.Root)
            .Select(path => Path.GetFileName(path)!)
            .Where(name => !name.StartsWith('.') && !Untracked.Contains(name, StringComparer.Ordinal))
            .Order(StringComparer.Ordinal);

        Assert.Equal(TopLevel.Order(StringComparer.Ordinal), present);
    }

    [Fact]
    public void Folders_AreNamedForWhatTheyDo()
    {
        var broken = RepositoryTree.Folders("src").Concat(RepositoryTree.Folders("tests"))
            .Where(folder => ForbiddenFolders.Contains(Path.GetFileName(folder), StringComparer.OrdinalIgnoreCase))
            .ToList();

        Assert.True(broken.Count == 0, string.Join('\n', broken));
    }

    [Fact]
    public void Files_StayWithinTheirSize()
    {
        var broken = RepositoryTree.Files("src", ".cs").Select(file => (File: file, Limit: SourceLimit))
            .Concat(RepositoryTree.Files("tests", ".cs").Select(file => (File: file, Limit: TestLimit)))
            .Select(entry => (entry.File, entry.Limit, Lines: RepositoryTree.Lines(entry.File).Length))
            .Where(entry => entry.Lines > entry.Limit)
            .Select(entry => $"{entry.File}: {entry.Lines} lines, at most {entry.Limit}")
            .ToList();

        Assert.True(broken.Count == 0, string.Join('\n', broken));
    }

    [Fact]
    public void LongSourceFiles_SayAtTheirTopWhyTheyAreOneThing()
    {
        var broken = RepositoryTree.Files("src", ".cs")
            .Where(file => RepositoryTree.Lines(file) is { Length: > LongSource } lines
                && !lines[0].TrimStart('\uFEFF').StartsWith("// ", StringComparison.Ordinal))
            .ToList();

        Assert.True(broken.Count == 0, "No reason in the first line:\n" + string.Join('\n', broken));
    }

    [Fact]
    public void Slices_EachHaveTheirPage()
    {
        var broken = Directory.EnumerateDirectories(Path.Combine(RepositoryTree.Root, "src/Aurora.Functions"))
            .Where(folder => Path.GetFileName(folder) is not ("Properties" or "Azure" or "bin" or "obj"))
            .Append(Path.Combine(RepositoryTree.Root, "src/Aurora.LocalRuntime"))
            .Append(Path.Combine(RepositoryTree.Root, "infra"))
            .Where(folder => !File.Exists(Path.Combine(folder, "README.md")))
            .ToList();

        Assert.True(broken.Count == 0, "No README.md in:\n" + string.Join('\n', broken));
    }

    [Fact]
    public void Slices_RootAndFolders_HoldFewFiles()
    {
        var broken = RepositoryTree.Files("src/Aurora.Functions", ".cs")
            .GroupBy(file => Path.GetDirectoryName(file)!, StringComparer.Ordinal)
            .Where(folder => folder.Count() > FlatLimit)
            .Select(folder => $"{folder.Key}: {folder.Count()} files, at most {FlatLimit}; split it by what its parts do")
            .ToList();

        Assert.True(broken.Count == 0, string.Join('\n', broken));
    }

    [Fact]
    public void Tests_OfOneType_StandInItsFolder()
    {
        var folders = RepositoryTree.Files("src/Aurora.Functions", ".cs").Concat(RepositoryTree.Files("src/Aurora.LocalRuntime", ".cs"))
            .SelectMany(file => RepositoryTree.DeclaredTypes(file).Select(type => (Type: type, Folder: FolderOf(file))))
            .ToLookup(entry => entry.Type, entry => entry.Folder, StringComparer.Ordinal);

        var broken = RepositoryTree.Files("tests", "Tests.cs")
            .Select(file => (File: file, Folders: folders[Path.GetFileName(file)[..^"Tests.cs".Length]].Distinct(StringComparer.Ordinal).ToList()))
            .Where(entry => entry.Folders.Count > 0 && !entry.Folders.Contains(FolderOf(entry.File), StringComparer.Ordinal))
            .Select(entry => $"{entry.File}: the type stands in {string.Join(" or ", entry.Folders)}")
            .ToList();

        Assert.True(broken.Count == 0, string.Join('\n', broken));
    }

    [Fact]
    public void BuildFiles_NameVersionsInOnePlaceOnly()
    {
        var broken = RepositoryTree.Files("src", ".csproj").Concat(RepositoryTree.Files("tests", ".csproj"))
            .Where(file => RepositoryTree.Read(file).Contains(" Version=\"", StringComparison.Ordinal))
            .ToList();

        Assert.True(broken.Count == 0, "Versions belong to src/Directory.Packages.props:\n" + string.Join('\n', broken));
    }

    /// <summary>The folder below its project; the local host is a folder of the test projects.</summary>
    private static string FolderOf(string file)
    {
        var parts = file.Split('/');
        var below = string.Join('/', parts[2..^1]);
        return parts[1] == "Aurora.LocalRuntime" ? $"LocalRuntime/{below}".TrimEnd('/') : below;
    }
}
