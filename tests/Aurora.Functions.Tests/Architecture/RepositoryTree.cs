using System.Text.RegularExpressions;
using Aurora.TestKit;

namespace Aurora.Functions.Tests.Architecture;

/// <summary>The files of the repository.</summary>
internal static partial class RepositoryTree
{
    private static readonly string[] IgnoredFolders =
        ["artifacts", "artifacts-azure", "bin", "obj", ".aurora", ".git", "TestResults", "node_modules", ".vs", ".vscode", ".idea"];

    public static string Root => Repository.Root;

    /// <summary>Paths below <paramref name="folder"/> with an ending, relative to the root, with forward slashes.</summary>
    public static IReadOnlyList<string> Files(string folder, string ending)
    {
        var start = Path.Combine(Root, folder);
        return Directory.Exists(start)
            ? [.. Walk(start).Where(path => path.EndsWith(ending, StringComparison.Ordinal)).Order(StringComparer.Ordinal)]
            : [];
    }

    /// <summary>Folders below <paramref name="folder"/> that are not build output, relative to the root.</summary>
    public static IEnumerable<string> Folders(string folder)
    {
        foreach (var child in Directory.EnumerateDirectories(Path.Combine(Root, folder)).Where(IsKept))
        {
            var relative = Relative(child);
            yield return relative;
            foreach (var below in Folders(relative))
            {
                yield return below;
            }
        }
    }

    public static string Read(string relativePath) => Repository.Read(relativePath);

    public static string[] Lines(string relativePath) => File.ReadAllLines(Path.Combine(Root, relativePath));

    /// <summary>Names of the types a C# file declares, nested ones included.</summary>
    public static IReadOnlySet<string> DeclaredTypes(string relativePath) =>
        TypeDeclaration().Matches(Read(relativePath)).Select(match => match.Groups["name"].Value).ToHashSet(StringComparer.Ordinal);

    private static IEnumerable<string> Walk(string folder) =>
        Directory.EnumerateFiles(folder).Select(Relative)
            .Concat(Directory.EnumerateDirectories(folder).Where(IsKept).SelectMany(Walk));

    private static bool IsKept(string folder) => !IgnoredFolders.Contains(Path.GetFileName(folder), StringComparer.Ordinal);

    private static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    [GeneratedRegex(
        @"^\s*(?:(?:public|internal|private|protected|file|static|sealed|abstract|partial|readonly|ref)\s+)*" +
        @"(?:class|record(?:\s+struct|\s+class)?|struct|interface|enum)\s+(?<name>\w+)",
        RegexOptions.Multiline | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 5_000)]
    private static partial Regex TypeDeclaration();
}
