using Aurora.LocalRuntime.Hosting.Startup;
using Aurora.LocalRuntime.Http;
using Aurora.TestKit.Hosting;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Aurora.Functions.Tests.LocalRuntime.Hosting;

/// <summary>Where the host finds its files and where it listens.</summary>
public sealed class HostFilesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public void Find_BelowASolution_KeepsStateBesideTheSolution()
    {
        _directory.Write("Some.sln", string.Empty);
        var app = Directory.CreateDirectory(Path.Combine(_directory.Path, "artifacts", "bin")).FullName;

        var directories = HostDirectories.Find(app);

        Assert.Equal(Path.Combine(_directory.Path, ".aurora"), directories.Aurora);
        Assert.Equal(Path.Combine(_directory.Path, "local.settings.json"), directories.LocalSettings);
        Assert.Equal(Path.Combine(app, "host.json"), directories.HostJson);
    }

    [Fact]
    public void Find_WithoutASolution_KeepsStateBesideTheApp() =>
        Assert.Equal(Path.Combine(_directory.Path, ".aurora"), HostDirectories.Find(_directory.Path).Aurora);

    [Fact]
    public void LocalSettings_ValuesOfAnyKind_AreRead()
    {
        var path = _directory.Write("local.settings.json", """
            { "IsEncrypted": false, /* comment */ "Values": { "A": "text", "B": 5, "C:D": true, } }
            """);

        var values = LocalSettingsFile.Read(path);

        Assert.Equal(["A=text", "B=5", "C:D=True"], values.Select(v => $"{v.Key}={v.Value}"));
    }

    [Fact]
    public void LocalSettings_Broken_IsNamed() => Assert.Contains(
        "is no valid settings file",
        Assert.Throws<HostStartupException>(() => LocalSettingsFile.Read(_directory.Write("local.settings.json", "{"))).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData(null, null, "http://localhost:7071")]
    [InlineData("8080", null, "http://localhost:8080")]
    [InlineData("8080", "http://*:80", "http://localhost:8080")]
    [InlineData("0", null, "http://127.0.0.1:0")]
    [InlineData(null, "http://127.0.0.1:5000; http://[::1]:5000", "http://127.0.0.1:5000,http://[::1]:5000")]
    public void Urls_PortBeforeUrlsBeforeDefault(string? port, string? urls, string expected)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["port"] = port, ["urls"] = urls }).Build();

        Assert.Equal(expected, string.Join(",", HostUrls.Read(configuration).Values));
    }

    [Theory]
    [InlineData("many")]
    [InlineData("70000")]
    [InlineData("-1")]
    public void Urls_PortThatIsNone_IsRefused(string port)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["port"] = port }).Build();

        Assert.Throws<HostStartupException>(() => HostUrls.Read(configuration));
    }

    public void Dispose() => _directory.Dispose();
}
