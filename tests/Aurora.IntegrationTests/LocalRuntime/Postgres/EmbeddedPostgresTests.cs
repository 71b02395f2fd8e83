using Aurora.LocalRuntime.Postgres;
using Aurora.LocalRuntime.Postgres.Cluster;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Aurora.IntegrationTests.LocalRuntime.Postgres;

/// <summary>Set-up: each test begins with an empty directory.</summary>
public sealed class EmbeddedPostgresTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Start_ManyAtOnceInOneDirectory_ShareOneServer()
    {
        using var directory = new ServerDirectory();

        var servers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => StartAsync(directory))));

        Assert.Single(servers.Select(s => s.ConnectionString).Distinct());
        await Task.WhenAll(servers.Select(s => s.StopAsync()));
        Assert.False(File.Exists(Path.Combine(directory.Data, "postmaster.pid")));
    }

    [Fact]
    public async Task Start_SetUpWasKilledHalfway_BeginsAnew()
    {
        using var directory = new ServerDirectory();
        var unfinished = Path.Combine(directory.Path, "postgres", "data.unfinished");
        Directory.CreateDirectory(unfinished);
        await File.WriteAllTextAsync(Path.Combine(unfinished, "PG_VERSION"), "15");

        await using var server = await StartAsync(directory);

        Assert.False(Directory.Exists(unfinished));
        Assert.Equal(1, await PlainConnection.ScalarAsync<int>(server.ConnectionString, "select 1"));
    }

    [Fact]
    public async Task Start_PasswordIsLost_SaysSo()
    {
        using var directory = new ServerDirectory();
        await using (await StartAsync(directory))
        {
        }

        File.Delete(directory.InAurora("postgres.json"));

        var refused = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => StartAsync(directory));

        Assert.Contains("postgres.json is missing", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_DirectoryOnlyItsOwnerMayEnter_WorksAndSaysWhereTheDataIs()
    {
        using var directory = new ServerDirectory(privately: true);
        await using var server = await StartAsync(directory);

        // Root hands the server to another user, who cannot get here; everybody else runs it as himself.
        var moved = !OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess;
        var expected = moved ? Path.Combine(ServerHome.MovedDirectory(directory.Path), "data") : directory.Data;
        Assert.Equal(expected, server.DataDirectory);
        Assert.Contains(expected, server.Description, StringComparison.Ordinal);
        Assert.Equal(1, await PlainConnection.ScalarAsync<int>(server.ConnectionString, "select 1"));
        await server.StopAsync();
        if (moved)
        {
            Directory.Delete(ServerHome.MovedDirectory(directory.Path), recursive: true);
        }
    }

    [Fact]
    public async Task Start_ClonedAnewAtTheSamePath_BeginsEmpty()
    {
        using var directory = new ServerDirectory(privately: true);
        var first = await StartAsync(directory);
        await PlainConnection.ExecuteAsync(first.ConnectionString, "create table of_the_earlier_clone (id int)");
        await first.StopAsync();
        Directory.Delete(directory.Path, recursive: true);

        await using var second = await StartAsync(directory);

        Assert.Equal(0L, await PlainConnection.ScalarAsync<long>(
            second.ConnectionString, "select count(*) from pg_class where relname = 'of_the_earlier_clone'"));
        await second.StopAsync();
        if (!second.DataDirectory.StartsWith(directory.Path, StringComparison.Ordinal))
        {
            Directory.Delete(Path.GetDirectoryName(second.DataDirectory)!, recursive: true);
        }
    }

    private static Task<EmbeddedPostgresServer> StartAsync(ServerDirectory directory) =>
        EmbeddedPostgres.StartAsync(directory.Path, NullLogger.Instance, None);
}
