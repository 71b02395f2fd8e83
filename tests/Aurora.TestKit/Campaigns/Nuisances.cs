using System.Collections.Concurrent;
using Aurora.TestKit.Postgres;
using Npgsql;

namespace Aurora.TestKit.Campaigns;

/// <summary>What other clients of a database server may do to it.</summary>
public static class Nuisances
{
    private const string Application = "nuisance";
    private const int Takers = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Takes every connection that roles like the app's may have, cutting the app's own until it has none left, and holds them
    /// for a while. Answers how many there were.
    /// </summary>
    public static async Task<int> ExhaustConnectionsAsync(PrivatePostgres server, string connectionString, Func<Task> whileHeld)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(whileHeld);
        await using var administrator = await server.OpenAsAdministratorAsync();
        var taken = new ConcurrentBag<NpgsqlConnection>();
        using var enough = new CancellationTokenSource();
        var own = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, ApplicationName = Application }.ConnectionString;
        var takers = Enumerable.Range(0, Takers).Select(_ => TakeAsync(own, taken, enough.Token)).ToList();
        try
        {
            var started = TimeProvider.System.GetTimestamp();
            while (await PrivatePostgres.TerminateBackendsAsync(administrator, except: Application) > 0 || await CountAsync(administrator) < server.PlainConnections)
            {
                if (TimeProvider.System.GetElapsedTime(started) > Patience)
                {
                    throw new TimeoutException($"The app still has connections; the takers made {taken.Count} of {server.PlainConnections}.");
                }

                await Task.Delay(TimeSpan.FromMilliseconds(20));
            }

            // What is taken stays taken; nobody need knock any more, at the cost of the machine.
            await enough.CancelAsync();
            await Task.WhenAll(takers);
            await whileHeld();
            return await CountAsync(administrator);
        }
        finally
        {
            await enough.CancelAsync();
            await Task.WhenAll(takers);
            foreach (var connection in taken)
            {
                await connection.DisposeAsync();
            }
        }
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

    /// <summary>Connections the takers have; one that was cut while it was being made is none.</summary>
    private static async Task<int> CountAsync(NpgsqlConnection administrator)
    {
        await using var command = new NpgsqlCommand("SELECT count(*) FROM pg_stat_activity WHERE application_name = $1", administrator);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Application });
        return (int)(long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task TakeAsync(string connectionString, ConcurrentBag<NpgsqlConnection> taken, CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            var connection = new NpgsqlConnection(connectionString);
            try
            {
                await connection.OpenAsync(CancellationToken.None);
                taken.Add(connection);
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.TooManyConnections)
            {
                await connection.DisposeAsync();
                await Task.Yield();
            }
        }
    }
}
