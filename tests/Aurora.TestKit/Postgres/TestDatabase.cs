using Aurora.Functions.Platform.Postgres;
using Npgsql;

namespace Aurora.TestKit.Postgres;

/// <summary>A database of its own, dropped at the end.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private readonly TestServer _server;

    private TestDatabase(TestServer server, string connectionString)
    {
        _server = server;
        ConnectionString = connectionString;
        DataSource = AuroraDataSource.Create(new PostgresOptions { ConnectionString = connectionString });
    }

    public string ConnectionString { get; }

    /// <summary>A pool set up as the app's.</summary>
    public NpgsqlDataSource DataSource { get; }

    /// <summary>A clone of the migrated template, or an empty database.</summary>
    public static async Task<TestDatabase> CreateAsync(bool migrated = true)
    {
        var server = await TestServer.SharedAsync();
        return new TestDatabase(server, await server.CreateDatabaseAsync(migrated));
    }

    /// <summary>Runs one statement.</summary>
    public async Task<int> ExecuteAsync(string sql, params object?[] parameters)
    {
        await using var command = Command(sql, parameters);
        return await command.ExecuteNonQueryAsync();
    }

    /// <summary>The first column of the first row.</summary>
    public async Task<T?> ScalarAsync<T>(string sql, params object?[] parameters)
    {
        await using var command = Command(sql, parameters);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    /// <summary>The first column of every row.</summary>
    public async Task<IReadOnlyList<T>> ColumnAsync<T>(string sql, params object?[] parameters)
    {
        await using var command = Command(sql, parameters);
        await using var reader = await command.ExecuteReaderAsync();
        var values = new List<T>();
        while (await reader.ReadAsync())
        {
            values.Add(await reader.GetFieldValueAsync<T>(0));
        }

        return values;
    }

    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        await _server.DropDatabaseAsync(ConnectionString);
    }

    private NpgsqlCommand Command(string sql, object?[] parameters)
    {
        var command = DataSource.CreateCommand(sql);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = parameter ?? DBNull.Value });
        }

        return command;
    }
}
