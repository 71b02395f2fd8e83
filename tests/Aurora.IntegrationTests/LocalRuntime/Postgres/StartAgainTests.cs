using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Aurora.LocalRuntime.Postgres;
using Aurora.LocalRuntime.Postgres.Binaries;
using Aurora.LocalRuntime.Postgres.Cluster;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Aurora.IntegrationTests.LocalRuntime.Postgres;

/// <summary>Starting again: every test finds a stopped cluster and leaves it stopped; making one costs more than the test.</summary>
public sealed class StartAgainTests(StartAgainTests.StoppedCluster cluster) : IClassFixture<StartAgainTests.StoppedCluster>
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly ServerDirectory _directory = cluster.Directory;

    [Fact]
    public async Task Start_AfterCleanStop_KeepsDataPortAndPassword()
    {
        string before;
        await using (var first = await StartAsync())
        {
            before = first.ConnectionString;
            await PlainConnection.ExecuteAsync(before, "drop table if exists kept; create table kept as select 7 as id");
        }

        await using var second = await StartAsync();

        Assert.Equal(before, second.ConnectionString);
        Assert.Equal(7, await PlainConnection.ScalarAsync<int>(second.ConnectionString, "select id from kept"));
    }

    [Fact]
    public async Task Stop_AnotherStillUsesIt_KeepsRunningUntilTheLastLeaves()
    {
        var first = await StartAsync();
        var second = await StartAsync();
        var processId = ProcessId();

        await first.StopAsync();

        Assert.Equal(processId, ProcessId());
        Assert.Equal(1, await PlainConnection.ScalarAsync<int>(second.ConnectionString, "select 1"));
        await second.StopAsync();
        Assert.False(File.Exists(Path.Combine(_directory.Data, "postmaster.pid")));
    }

    [Fact]
    public async Task Start_AppWasKilled_AdoptsTheRunningServer()
    {
        // A server without anybody holding the users' lock is what a killed app leaves.
        var (process, binaries, state) = await ProcessOfAsync();
        await process.StartAsync(binaries, state, None);
        var abandoned = ProcessId();

        await using var server = await StartAsync();

        Assert.Equal(abandoned, ProcessId());
        Assert.Equal(1, await PlainConnection.ScalarAsync<int>(server.ConnectionString, "select 1"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Start_StalePidFile_IsRemovedAndServerStarts(bool processIdIsUsedAgain)
    {
        const int nobodys = 4_000_000;
        var processId = processIdIsUsedAgain ? Environment.ProcessId : nobodys;
        var pidFile = Path.Combine(_directory.Data, "postmaster.pid");
        await File.WriteAllTextAsync(
            pidFile, string.Create(CultureInfo.InvariantCulture, $"{processId}\n{_directory.Data}\n1\n5432\n\n127.0.0.1\n"));

        await using var server = await StartAsync();

        Assert.NotEqual(processId.ToString(CultureInfo.InvariantCulture), ProcessId());
        Assert.Equal(1, await PlainConnection.ScalarAsync<int>(server.ConnectionString, "select 1"));
    }

    [Fact]
    public async Task Start_ServerCrashed_Recovers()
    {
        await using var server = await StartAsync();
        await PlainConnection.ExecuteAsync(server.ConnectionString, "drop table if exists kept; create table kept as select 7 as id");

        await server.CrashAsync(None);
        await server.RestartAsync(None);

        Assert.Equal(7, await PlainConnection.ScalarAsync<int>(server.ConnectionString, "select id from kept"));
    }

    [Fact]
    public async Task Start_RememberedPortIsTaken_ChoosesAnother()
    {
        int port;
        await using (var first = await StartAsync())
        {
            port = first.Port;
        }

        using var thief = new TcpListener(IPAddress.Loopback, port);
        thief.Start();
        await using var second = await StartAsync();

        Assert.NotEqual(port, second.Port);
        Assert.Equal(1, await PlainConnection.ScalarAsync<int>(second.ConnectionString, "select 1"));
    }

    private Task<EmbeddedPostgresServer> StartAsync() =>
        EmbeddedPostgres.StartAsync(_directory.Path, NullLogger.Instance, None);

    private async Task<(ServerProcess Process, PostgresBinaries Binaries, ServerState State)> ProcessOfAsync()
    {
        var account = await ServerAccount.ForCurrentUserAsync(None);
        var home = await ServerHome.PrepareAsync(_directory.Path, account, NullLogger.Instance, None);
        var binaries = await new BinaryLocator(account, NullLogger.Instance).FindAsync(home.Directory, null, None);
        return (new ServerProcess(home, account, NullLogger.Instance), binaries, ServerState.Read(home.StateFile)!);
    }

    private string ProcessId() => File.ReadLines(Path.Combine(_directory.Data, "postmaster.pid")).First();

    public sealed class StoppedCluster : IAsyncLifetime
    {
        internal ServerDirectory Directory { get; } = new();

        public async Task InitializeAsync()
        {
            await using var server = await EmbeddedPostgres.StartAsync(Directory.Path, NullLogger.Instance, None);
        }

        public Task DisposeAsync()
        {
            Directory.Dispose();
            return Task.CompletedTask;
        }
    }
}
