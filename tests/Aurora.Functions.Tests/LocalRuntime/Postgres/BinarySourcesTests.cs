using Aurora.LocalRuntime.Postgres.Binaries;
using Aurora.LocalRuntime.Postgres.Cluster;
using Xunit;
using Processor = System.Runtime.InteropServices.Architecture;

namespace Aurora.Functions.Tests.LocalRuntime.Postgres;

public sealed class BinarySourcesTests
{
    [Theory]
    [InlineData("linux", Processor.X64, "linux-x64")]
    [InlineData("linux", Processor.Arm64, "linux-arm64")]
    [InlineData("linux", Processor.Arm, "linux-arm")]
    [InlineData("linux", Processor.X86, "linux-ia32")]
    [InlineData("darwin", Processor.Arm64, "darwin-arm64")]
    [InlineData("windows", Processor.X64, "windows-x64")]
    [InlineData("windows", Processor.Arm64, null)]
    [InlineData("darwin", Processor.Arm, null)]
    [InlineData("", Processor.X64, null)]
    public void NpmPlatform_SystemAndProcessor_NameThePackage(string system, Processor processor, string? expected) =>
        Assert.Equal(expected, NpmPackage.Platform(system, processor));

    [Theory]
    [InlineData("libpq5", true)]
    [InlineData("libicu72", true)]
    [InlineData("libc6", false)]
    [InlineData("libllvm14", false)]
    [InlineData("postgresql-client-15", false)]
    [InlineData("<debconf-2.0>", false)]
    public void DebianPackages_Dependency_IsWantedOnlyWhenTheServerNeedsIt(string package, bool wanted) =>
        Assert.Equal(wanted, DebianPackages.IsWanted(package));

    [Fact]
    public void MovedDirectory_SamePath_IsTheSamePlaceAndOthersAreNot()
    {
        var here = ServerHome.MovedDirectory("/root/clone/.aurora");

        Assert.Equal(here, ServerHome.MovedDirectory("/root/clone/.aurora"));
        Assert.NotEqual(here, ServerHome.MovedDirectory("/root/other/.aurora"));
        Assert.StartsWith(Path.Combine(Path.GetTempPath(), "aurora-"), here, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "unix_socket_directories = ''")]
    [InlineData("/it's/here", "unix_socket_directories = '/it''s/here'")]
    public void ServerSettings_Text_KeepsDataSafeAndQuotesPaths(string? socket, string expected)
    {
        var text = ServerSettings.Text(5999, socket);

        Assert.Contains(expected, text, StringComparison.Ordinal);
        Assert.Contains("port = 5999", text, StringComparison.Ordinal);
        Assert.Contains("fsync = on", text, StringComparison.Ordinal);
    }
}
