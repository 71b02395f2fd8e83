using Aurora.LocalRuntime.Postgres;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Aurora.TestKit.Postgres;

/// <summary>A server of its own in a temporary directory, for tests that crash it, restart it or cut its connections.</summary>
public sealed class PrivatePostgres : IAsyncDisposable
{
    private readonly EmbeddedPostgresServer _server;
    private readonly string _directory;

    private PrivatePostgres(EmbeddedPostgresServer server, string directory)
    {
        _server = server;
        _directory = directory;
    }

    /// <summary>Its database for the app: empty until somebody migrates it.</summary>
    public string ConnectionString => _server.ConnectionString;

    public static async Task<PrivatePostgres> StartAsync()
    {
        var directory = Directory.CreateTempSubdirectory("aurora-private-").FullName;
        if (!OperatingSystem.IsWindows())
        {
            // The server may run as another user, who has to get through to its data.
            const UnixFileMode everyone = UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
            File.SetUnixFileMode(directory, File.GetUnixFileMode(directory) | everyone);
        }

        return new PrivatePostgres(
            await EmbeddedPostgres.StartAsync(directory, NullLogger.Instance, CancellationToken.None), directory);
    }

    /// <summary>Ends the server as a crash does: connections break, nothing is written out, recovery runs at the next start.</summary>
    public Task CrashAsync() => _server.CrashAsync(CancellationToken.None);

    /// <summary>Starts the server again, same port, same data.</summary>
    public Task RestartAsync() => _server.RestartAsync(CancellationToken.None);

    /// <summary>Connections that roles without a reserved slot may have; 0 until they were limited.</summary>
    public int PlainConnections { get; private set; }

    /// <summary>Cuts every connection of the app's database; answers how many there were.</summary>
    public async Task<int> TerminateBackendsAsync()
    {
        await using var connection = await OpenAsAdministratorAsync();
        return await TerminateBackendsAsync(connection, except: "");
    }

    /// <summary>Cuts every connection of the app's database but those of one application; answers how many there were.</summary>
    public static async Task<int> TerminateBackendsAsync(NpgsqlConnection administrator, string except)
    {
        await using var command = new NpgsqlCommand(
            """
            select count(*) filter (where pg_terminate_backend(pid))
            from pg_stat_activity
            where datname = 'aurora' and pid <> pg_backend_pid() and ($1 = '' or application_name <> $1)
            """,
            administrator);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = except });
        return (int)(long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>A connection that has one of the reserved slots.</summary>
    public async Task<NpgsqlConnection> OpenAsAdministratorAsync()
    {
        var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(_server.ConnectionStringTo("postgres")) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>
    /// Gives the app a role of its own, without superuser's reserved slots, and the server few slots in all. Answers how that
    /// role connects.
    /// </summary>
    public async Task<string> LimitConnectionsAsync(int plain)
    {
        const int reserved = 3;
        const int administrators = 1;
        await using (var connection = await OpenAsAdministratorAsync())
        {
            foreach (var sql in new[]
            {
                "create role plain_app login password 'plain_app'",
                "alter database aurora owner to plain_app",
                FormattableString.Invariant($"alter system set max_connections = {plain + reserved + administrators}"),
                FormattableString.Invariant($"alter system set superuser_reserved_connections = {reserved}"),
            })
            {
                await using var command = new NpgsqlCommand(sql, connection);
                await command.ExecuteNonQueryAsync();
            }
        }

        await CrashAsync();
        await RestartAsync();
        PlainConnections = plain;
        return new NpgsqlConnectionStringBuilder(ConnectionString) { Username = "plain_app", Password = "plain_app" }.ConnectionString;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
        var moved = Path.GetDirectoryName(_server.DataDirectory)!;
        if (Directory.Exists(moved))
        {
            Directory.Delete(moved, recursive: true);
        }
    }
}
