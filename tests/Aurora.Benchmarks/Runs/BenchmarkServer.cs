using Aurora.Functions.Platform.Postgres;
using Aurora.TestKit.Postgres;
using Aurora.TestKit.Processes;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Aurora.Benchmarks.Runs;

/// <summary>A private PostgreSQL with fsync on, the app's database in it, and a twin of it for the references.</summary>
internal sealed class BenchmarkServer : IAsyncDisposable
{
    private readonly PrivatePostgres _server;

    private BenchmarkServer(PrivatePostgres server, NpgsqlDataSource database)
    {
        _server = server;
        Database = database;
    }

    public string ConnectionString => _server.ConnectionString;

    /// <summary>The references' database: the same tables and indexes.</summary>
    public string ReferenceConnectionString =>
        new NpgsqlConnectionStringBuilder(_server.ConnectionString) { Database = "reference" }.ConnectionString;

    public NpgsqlDataSource Database { get; }

    public static async Task<BenchmarkServer> StartAsync()
    {
        var server = await PrivatePostgres.StartAsync();
        var database = NpgsqlDataSource.Create(server.ConnectionString);
        var started = new BenchmarkServer(server, database);
        await started.ExecuteAsync("CREATE DATABASE reference");
        await MigrateAsync(database);
        await using var reference = NpgsqlDataSource.Create(started.ReferenceConnectionString);
        await MigrateAsync(reference);
        return started;
    }

    /// <summary>Starts the built app on this server.</summary>
    public Task<BuiltApp> StartAppAsync(params (string Name, string Value)[] settings) =>
        BuiltApp.StartAsync(
            ConnectionString,
            settings.ToDictionary(setting => setting.Name, setting => setting.Value, StringComparer.Ordinal),
            deadline: TimeSpan.FromSeconds(120));

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        command.CommandTimeout = 600;
        await command.ExecuteNonQueryAsync();
    }

    public async Task<T> ScalarAsync<T>(string sql, params object[] parameters)
    {
        await using var command = Database.CreateCommand(sql);
        command.CommandTimeout = 600;
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        }

        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Waits until a count reaches what is expected, looking rarely, once a second by default: a look costs what is measured.</summary>
    public async Task<bool> ReachesAsync(string countSql, long expected, TimeSpan deadline, TimeSpan? pause = null)
    {
        var until = TimeProvider.System.GetUtcNow() + deadline;
        while (TimeProvider.System.GetUtcNow() < until)
        {
            if (await ScalarAsync<long>(countSql) >= expected)
            {
                return true;
            }

            await Task.Delay(pause ?? TimeSpan.FromSeconds(1));
        }

        return false;
    }

    /// <summary>Vacuumed, analysed and written out: every run starts from the same state.</summary>
    public async Task SettleAsync()
    {
        await ExecuteAsync("VACUUM ANALYZE");
        await ExecuteAsync("CHECKPOINT");
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        NpgsqlConnection.ClearAllPools();
        await _server.DisposeAsync();
    }

    private static Task<int> MigrateAsync(NpgsqlDataSource database) =>
        new MigrationRunner(database, NullLogger<MigrationRunner>.Instance).RunAsync(CancellationToken.None);
}
