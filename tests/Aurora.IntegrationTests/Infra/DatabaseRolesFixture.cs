using System.Text.RegularExpressions;
using Aurora.Functions.Platform.Postgres;
using Aurora.TestKit;
using Aurora.TestKit.Postgres;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace Aurora.IntegrationTests.Infra;

/// <summary>
/// A database set up the way infra/README.md says: an administrator without superuser runs roles.sql, the migration role applies
/// the migrations, roles.sql runs again. Role names carry a suffix, since roles belong to the whole server.
/// </summary>
public sealed partial class DatabaseRolesFixture : IAsyncLifetime
{
    private const string Password = "a'quoted \\password";
    private readonly string _suffix = Guid.CreateVersion7().ToString("N");
    private readonly List<NpgsqlDataSource> _sources = [];
    private TestDatabase? _database;

    public NpgsqlDataSource Admin { get; private set; } = null!;

    public NpgsqlDataSource Migrator { get; private set; } = null!;

    public NpgsqlDataSource App { get; private set; } = null!;

    public NpgsqlDataSource Reader { get; private set; } = null!;

    public string MigratorName => $"migrator_{_suffix}";

    public string AppName => $"app_{_suffix}";

    public string ReaderName => $"reader_{_suffix}";

    private string AdminName => $"admin_{_suffix}";

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync(migrated: false);
        var name = new NpgsqlConnectionStringBuilder(_database.ConnectionString).Database;
        await _database.ExecuteAsync($"CREATE ROLE {AdminName} LOGIN CREATEROLE CREATEDB PASSWORD {Literal(Password)}");
        await _database.ExecuteAsync($"ALTER DATABASE \"{name}\" OWNER TO {AdminName}");
        await _database.ExecuteAsync($"ALTER SCHEMA public OWNER TO {AdminName}");
        Admin = Connect(AdminName);

        // As a hub that has migrated itself so far: the first table belongs to the administrator.
        await new MigrationRunner(Admin, NullLogger<MigrationRunner>.Instance).RunAsync([Migration.All[0]], CancellationToken.None);
        await RunRolesAsync();
        Migrator = Connect(MigratorName);
        App = Connect(AppName);
        Reader = Connect(ReaderName);
        await new MigrationRunner(Migrator, NullLogger<MigrationRunner>.Instance).RunAsync(CancellationToken.None);
        await RunRolesAsync();
    }

    public async Task DisposeAsync()
    {
        foreach (var source in _sources)
        {
            await source.DisposeAsync();
        }

        if (_database is not null)
        {
            var server = new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Database = "postgres", Pooling = false };
            await _database.DisposeAsync();
            await using var maintenance = NpgsqlDataSource.Create(server);
            foreach (var role in new[] { ReaderName, AppName, MigratorName, AdminName })
            {
                await using var drop = maintenance.CreateCommand($"DROP ROLE IF EXISTS {role}");
                await drop.ExecuteNonQueryAsync();
            }
        }
    }

    /// <summary>Runs one statement as a role; answers the SQL state it failed with.</summary>
    internal static async Task<string?> TryAsync(NpgsqlDataSource role, string sql)
    {
        try
        {
            await using var command = role.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
            return null;
        }
        catch (PostgresException e)
        {
            return e.SqlState;
        }
    }

    /// <summary>The rows of a query with one text column.</summary>
    internal static async Task<IReadOnlyList<string>> ListAsync(NpgsqlDataSource role, string sql)
    {
        await using var command = role.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
        {
            rows.Add(reader.GetString(0));
        }

        return rows;
    }

    /// <summary>What psql makes of roles.sql: its own commands set variables, everything else goes to the server.</summary>
    private async Task RunRolesAsync()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["migrator"] = MigratorName,
            ["app"] = AppName,
            ["reader"] = ReaderName,
            ["local_host"] = "off",
            ["migrator_password"] = Password,
            ["app_password"] = Password,
            ["reader_password"] = Password,
        };
        var lines = (await File.ReadAllLinesAsync(Repository.PathOf("infra/roles.sql")))
            .Where(line => !line.StartsWith('\\') && !line.StartsWith("--", StringComparison.Ordinal));
        var script = Variable().Replace(string.Join('\n', lines), match => Literal(variables[match.Groups[1].Value]));
        await using var connection = await Admin.OpenConnectionAsync();
        await using var command = new NpgsqlCommand(script, connection);
        await command.ExecuteNonQueryAsync();
    }

    private NpgsqlDataSource Connect(string role)
    {
        var address = new NpgsqlConnectionStringBuilder(_database!.ConnectionString) { Username = role, Password = Password, MaxPoolSize = 2 };
        var source = NpgsqlDataSource.Create(address);
        _sources.Add(source);
        return source;
    }

    private static string Literal(string text) => text.Contains('\\', StringComparison.Ordinal)
        ? $" E'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'"
        : $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    [GeneratedRegex(@"(?<!:):'(\w+)'", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex Variable();
}
