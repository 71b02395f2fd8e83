using Aurora.TestKit.Postgres;
using Npgsql;

namespace Aurora.TestKit.Campaigns;

/// <summary>What other clients of a database server may do to it.</summary>
public static class Nuisances
{
    private const int Takers = 16;

    /// <summary>Takes every connection the server has left and holds them for a while; answers how many.</summary>
    public static async Task<int> ExhaustConnectionsAsync(PrivatePostgres server, TimeSpan held)
    {
        ArgumentNullException.ThrowIfNull(server);
        var unpooled = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Pooling = false }.ConnectionString;
        var until = TimeProvider.System.GetUtcNow() + held;
        return (await Task.WhenAll(Enumerable.Range(0, Takers).Select(_ => TakeAsync(unpooled, until)))).Sum();
    }

    /// <summary>A transaction that sees the database as it is now, for as long as it is not disposed: no dead row can be removed.</summary>
    public static async Task<IAsyncDisposable> HoldSnapshotAsync(PrivatePostgres server)
    {
        ArgumentNullException.ThrowIfNull(server);
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var begin = new NpgsqlCommand(
            "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM crm_event_outbox", connection);
        await begin.ExecuteNonQueryAsync();
        return connection;
    }

    private static async Task<int> TakeAsync(string connectionString, DateTimeOffset until)
    {
        var taken = new List<NpgsqlConnection>();
        try
        {
            while (TimeProvider.System.GetUtcNow() < until)
            {
                var connection = new NpgsqlConnection(connectionString);
                try
                {
                    await connection.OpenAsync();
                    taken.Add(connection);
                }
                catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.TooManyConnections)
                {
                    await connection.DisposeAsync();
                    await Task.Delay(TimeSpan.FromMilliseconds(20));
                }
            }
        }
        finally
        {
            foreach (var connection in taken)
            {
                await connection.DisposeAsync();
            }
        }

        return taken.Count;
    }
}
