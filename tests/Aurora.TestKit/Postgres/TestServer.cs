using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Aurora.Functions.Platform.Postgres;
using Aurora.LocalRuntime.Postgres;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Aurora.TestKit.Postgres;

/// <summary>
/// The server the tests' databases live on: <c>AURORA_TEST_DB</c>, else the embedded server of this clone. Test assemblies
/// that run at the same time share it, and its template; the last one to leave stops an embedded one.
/// </summary>
internal sealed class TestServer
{
    private const string EnvironmentVariable = "AURORA_TEST_DB";
    private const string DatabasePrefix = "aurora_test";
    private const long TemplateLockKey = 0x4175_726F_5465;
    private static readonly Lazy<Task<TestServer>> Instance = new(StartAsync);

    // Names carry machine and process, so that what a killed run left behind can be told from what is in use.
    private static readonly string Machine = Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(Environment.MachineName)))[..6];

    private readonly string _maintenance;
    private readonly Lazy<Task<string>> _template;
    private int _databases;

    private TestServer(string maintenance)
    {
        _maintenance = maintenance;
        _template = new Lazy<Task<string>>(EnsureTemplateAsync);
    }

    public static Task<TestServer> SharedAsync() => Instance.Value;

    /// <summary>The clone's directory for local state.</summary>
    public static string AuroraDirectory => Repository.PathOf(".aurora");

    /// <summary>Makes a database and answers its connection string.</summary>
    public async Task<string> CreateDatabaseAsync(bool migrated)
    {
        var name = string.Create(
            CultureInfo.InvariantCulture, $"{DatabasePrefix}_{Machine}_{Environment.ProcessId}_{Interlocked.Increment(ref _databases)}");
        var template = migrated ? await _template.Value : "template0";
        await using var connection = await OpenAsync();
        await ExecuteAsync(connection, $"create database {name} template {template}");
        return new NpgsqlConnectionStringBuilder(_maintenance) { Database = name }.ConnectionString;
    }

    public async Task DropDatabaseAsync(string connectionString)
    {
        var name = new NpgsqlConnectionStringBuilder(connectionString).Database;
        await using var connection = await OpenAsync();
        await ExecuteAsync(connection, $"drop database if exists {name} with (force)");
    }

    private static async Task<TestServer> StartAsync()
    {
        string maintenance;
        if (Environment.GetEnvironmentVariable(EnvironmentVariable) is { Length: > 0 } given)
        {
            if (!DatabaseAddress.TryTranslate(given, EnvironmentVariable, out maintenance, out var error))
            {
                throw new InvalidOperationException(error);
            }
        }
        else
        {
            var server = await EmbeddedPostgres.StartAsync(AuroraDirectory, NullLogger.Instance, CancellationToken.None);
            maintenance = server.ConnectionStringTo("postgres");
#pragma warning disable VSTHRD002 // The process ends when this handler returns: there is nothing to yield to.
            AppDomain.CurrentDomain.ProcessExit += (_, _) => Task.Run(server.StopAsync).Wait(TimeSpan.FromSeconds(20));
#pragma warning restore VSTHRD002
        }

        var shared = new TestServer(new NpgsqlConnectionStringBuilder(maintenance) { Pooling = false }.ConnectionString);
        await shared.DropLeftoversAsync();
        return shared;
    }

    /// <summary>A migrated database nobody connects to; named by its migrations, so any run and any assembly may use it.</summary>
    private async Task<string> EnsureTemplateAsync()
    {
        var name = $"aurora_template_{Migration.Fingerprint(Migration.All)}";
        await using var connection = await OpenAsync();
        await ExecuteAsync(connection, $"select pg_advisory_lock({TemplateLockKey})");
        if (await ExistsAsync(connection, name))
        {
            return name;
        }

        var unfinished = $"{name}_new";
        await ExecuteAsync(connection, $"drop database if exists {unfinished} with (force)");
        await ExecuteAsync(connection, $"create database {unfinished} template template0");
        var target = new NpgsqlConnectionStringBuilder(_maintenance) { Database = unfinished, Pooling = false };
        await using (var database = NpgsqlDataSource.Create(target))
        {
            await new MigrationRunner(database, NullLogger<MigrationRunner>.Instance).RunAsync(CancellationToken.None);
        }

        // Complete under its final name, or not there at all.
        await ExecuteAsync(connection, $"alter database {unfinished} allow_connections false");
        await ExecuteAsync(connection, $"alter database {unfinished} rename to {name}");
        return name;
    }

    private async Task DropLeftoversAsync()
    {
        await using var connection = await OpenAsync();
        var names = new List<string>();
        await using (var command = new NpgsqlCommand("select datname from pg_database where datname like $1", connection))
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = $"{DatabasePrefix}_{Machine}_%" });
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                names.Add(reader.GetString(0));
            }
        }

        foreach (var name in names.Where(n => !OwnerIsAlive(n)))
        {
            await ExecuteAsync(connection, $"drop database if exists {name} with (force)");
        }
    }

    private static bool OwnerIsAlive(string database)
    {
        var processId = int.Parse(database.Split('_')[3], CultureInfo.InvariantCulture);
        if (processId == Environment.ProcessId)
        {
            // Nothing is created before this runs: it is of an earlier process with our number.
            return false;
        }

        try
        {
            using var process = Process.GetProcessById(processId);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(_maintenance);
        await connection.OpenAsync();
        return connection;
    }

    private static async Task<bool> ExistsAsync(NpgsqlConnection connection, string database)
    {
        await using var command = new NpgsqlCommand("select 1 from pg_database where datname = $1", connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = database });
        return await command.ExecuteScalarAsync() is not null;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 120 };
        await command.ExecuteNonQueryAsync();
    }
}
