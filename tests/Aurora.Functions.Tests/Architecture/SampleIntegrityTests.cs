using System.Security.Cryptography;
using System.Text.Json;
using Xunit;

namespace Aurora.Functions.Tests.Architecture;

/// <summary>Signatures cover exact bytes, so a sample that an editor touched proves nothing.</summary>
public sealed class SampleIntegrityTests
{
    private static readonly string Samples = Path.Combine(RepositoryTree.Root, "tests/Aurora.TestKit/Samples");

    public static TheoryData<string, long, string> Listed()
    {
        var listed = new TheoryData<string, long, string>();
        using var manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Samples, "manifest.json")));
        foreach (var sample in manifest.RootElement.GetProperty("samples").EnumerateArray())
        {
            var file = sample.GetProperty("file").GetString()!;
            if (Directory.Exists(Path.Combine(Samples, file.Split('/')[0])))
            {
                listed.Add(file, sample.GetProperty("bytes").GetInt64(), sample.GetProperty("sha256").GetString()!);
            }
        }

        return listed;
    }

    [Theory]
    [MemberData(nameof(Listed))]
    public void Sample_Bytes_AreThoseOfTheManifest(string file, long length, string sha256)
    {
        var bytes = File.ReadAllBytes(Path.Combine(Samples, file));

        Assert.Equal(length, bytes.LongLength);
        Assert.Equal(sha256, Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    [Fact]
    public void Samples_OnDisk_AreAllInTheManifest()
    {
        var listed = Listed().Select(row => (string)row[0]).ToHashSet(StringComparer.Ordinal);

        var strangers = Directory.EnumerateFiles(Samples, "*.*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Samples, path).Replace('\\', '/'))
            .Where(path => path is not "manifest.json" and not "README.md" && !listed.Contains(path))
            .ToList();

        Assert.True(strangers.Count == 0, string.Join('\n', strangers));
    }
}
