using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Aurora.TestKit.Postgres;
using Aurora.TestKit.Processes;
using Xunit;

namespace Aurora.EndToEndTests.Hosting;

/// <summary>Whoever starts the app wrongly reads one line that says why, and the process ends with 1.</summary>
public sealed class StartUpErrorTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>
{
    [Fact]
    public async Task Start_PortTaken_NamesThePortAndTheWayOut()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);

        var run = await AppRun.ToItsEndAsync(fixture.Database.ConnectionString, "--port", port);

        AssertOneLine(run, $"http://localhost:{port} is taken by another process; choose another port with --port.");
    }

    [Fact]
    public async Task Start_DatabaseUnreachable_NamesWhereItWasLookedFor()
    {
        var run = await AppRun.ToItsEndAsync("Host=127.0.0.1;Port=1;Username=nobody;Password=s3cret;Database=none", "--port", "0");

        AssertOneLine(run, "'none' at 127.0.0.1:1 cannot be reached");
        Assert.DoesNotContain("s3cret", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host=127.0.0.1;Colour=blue;Password=s3cret")]
    [InlineData("mysql://user:s3cret@127.0.0.1/db")]
    public async Task Start_ConnectionStringMalformed_NamesTheSetting(string connectionString)
    {
        var run = await AppRun.ToItsEndAsync(connectionString, "--port", "0");

        AssertOneLine(run, "ConnectionStrings:Aurora");
        Assert.DoesNotContain("s3cret", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_SecondProcessOnTheHub_NamesTheHolder()
    {
        await using var first = await BuiltApp.StartAsync(fixture.Database.ConnectionString);

        var run = await AppRun.ToItsEndAsync(fixture.Database.ConnectionString, "--port", "0");

        AssertOneLine(run, Environment.MachineName);
        Assert.False(first.HasExited);
    }

    [Fact]
    public async Task Start_PortThatIsNoNumber_SaysSo() => AssertOneLine(
        await AppRun.ToItsEndAsync(fixture.Database.ConnectionString, "--port", "many"), "--port must be a number");

    private static void AssertOneLine(AppRun run, string expected)
    {
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', run.Error);
        Assert.StartsWith("Cannot start: ", run.Error, StringComparison.Ordinal);
        Assert.Equal(1, run.ExitCode);
    }
}
