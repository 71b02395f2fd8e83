using Npgsql;

namespace Aurora.LocalRuntime.Timers;

/// <summary>Remembers timers in the table <c>aurora_local.function_timers</c>.</summary>
internal sealed class PostgresTimerMonitorStore(NpgsqlDataSource database, string hub) : ITimerMonitorStore
{
    private const string CreateTable = """
        CREATE SCHEMA IF NOT EXISTS aurora_local;
        CREATE TABLE IF NOT EXISTS aurora_local.function_timers (
            hub text NOT NULL,
            function text NOT NULL,
            last_run timestamptz NOT NULL,
            next_run timestamptz NOT NULL,
            updated_at timestamptz NOT NULL,
            PRIMARY KEY (hub, function))
        """;

    private const string Read = "SELECT last_run, next_run, updated_at FROM aurora_local.function_timers WHERE hub = $1 AND function = $2";

    private const string Write = """
        INSERT INTO aurora_local.function_timers (hub, function, last_run, next_run, updated_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (hub, function) DO UPDATE
        SET last_run = excluded.last_run, next_run = excluded.next_run, updated_at = excluded.updated_at
        """;

    /// <summary>Makes the table; the caller holds the hub, so no other process makes it at the same time.</summary>
    public async Task PrepareAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(CreateTable);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public async Task<TimerMonitor?> ReadAsync(string function, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(Read);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = hub });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Key(function) });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? new TimerMonitor(reader.GetDateTime(0), reader.GetDateTime(1), reader.GetDateTime(2))
            : null;
    }

    public async Task WriteAsync(string function, TimerMonitor monitor, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(Write);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = hub });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Key(function) });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = monitor.Last });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = monitor.Next });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = monitor.Updated });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static string Key(string function) => function.ToLowerInvariant();
}
