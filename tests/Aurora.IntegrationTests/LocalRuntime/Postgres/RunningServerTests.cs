using Aurora.LocalRuntime.Postgres;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace Aurora.IntegrationTests.LocalRuntime.Postgres;

/// <summary>What holds for a server while it runs; one server for all of them.</summary>
public sealed class RunningServerTests : IAsyncLifetime
{
    private readonly ServerDirectory _directory = new();
    private EmbeddedPostgresServer _server = null!;

    public async Task InitializeAsync() =>
        _server = await EmbeddedPostgres.StartAsync(_directory.Path, NullLogger.Instance, CancellationToken.None);

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Server_Running_IsDurablePrivateAndInASessionOfItsOwn()
    {
        Assert.Equal("on", await PlainConnection.ScalarAsync<string>(_server.ConnectionString, "show fsync"));
        Assert.Equal("on", await PlainConnection.ScalarAsync<string>(_server.ConnectionString, "show full_page_writes"));
        Assert.Equal("127.0.0.1", await PlainConnection.ScalarAsync<string>(_server.ConnectionString, "show listen_addresses"));
        Assert.DoesNotContain("Password", _server.Description, StringComparison.OrdinalIgnoreCase);

        var wrong = new NpgsqlConnectionStringBuilder(_server.ConnectionString) { Password = "wrong" }.ConnectionString;
        var refused = await Assert.ThrowsAsync<PostgresException>(() => PlainConnection.ScalarAsync<int>(wrong, "select 1"));
        Assert.Equal(PostgresErrorCodes.InvalidPassword, refused.SqlState);

        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_directory.InAurora("postgres.json")));
        }

        if (OperatingSystem.IsLinux())
        {
            // Ctrl-C goes to every process of the terminal's session: the server is in another.
            Assert.NotEqual(SessionOf("self"), SessionOf(File.ReadLines(Path.Combine(_directory.Data, "postmaster.pid")).First()));
        }
    }

    private static string SessionOf(string process)
    {
        // The command name in parentheses may hold spaces; the session is the fourth field after it.
        var stat = File.ReadAllText($"/proc/{process}/stat");
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[3];
    }
}
