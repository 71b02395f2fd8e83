using System.Globalization;
using Npgsql;

namespace Aurora.LocalRuntime.Durable.Storage.Postgres;

/// <summary>
/// The session lock that makes a process the owner of a hub. It is watched, and taken again when its connection is lost; commits are
/// fenced by the owner's number in any case.
/// </summary>
internal sealed class HubLease(NpgsqlDataSource dataSource, string hubName) : IAsyncDisposable
{
    private static readonly TimeSpan Watch = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _stop = new();
    private NpgsqlConnection? _connection;
    private Task _watch = Task.CompletedTask;
    private bool _isLocked;

    public int Hub { get; private set; }

    public long Owner { get; private set; }

    /// <summary>Set when another process took the hub while the connection was gone.</summary>
    public string? LostTo { get; private set; }

    public async Task TakeAsync(CancellationToken cancellation)
    {
        _connection = await dataSource.OpenConnectionAsync(cancellation);
        await StoreSchema.EnsureAsync(_connection, cancellation);
        Hub = await FindHubAsync(_connection, cancellation);
        var began = TimeProvider.System.GetTimestamp();
        while (!await TryLockAsync(_connection, cancellation))
        {
            // The session of a process that was killed a moment ago takes a moment to end.
            if (TimeProvider.System.GetElapsedTime(began) > Patience)
            {
                throw new HubTakenException($"The task hub '{hubName}' is in use by {await ReadHolderAsync(_connection, cancellation)}. One process at a time runs a hub.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellation);
        }

        _isLocked = true;
        Owner = await BecomeOwnerAsync(_connection, cancellation);
        _watch = Task.Run(WatchAsync, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watch;
        if (_connection is { } connection)
        {
            _connection = null;
            await UnlockAsync(connection);
            await connection.DisposeAsync();
        }

        _stop.Dispose();
    }

    private async Task UnlockAsync(NpgsqlConnection connection)
    {
        try
        {
            await using var unlock = new NpgsqlCommand("SELECT pg_advisory_unlock($1, $2)", connection) { Parameters = { new() { Value = StoreSchema.HubLock }, new() { Value = Hub } } };
            await unlock.ExecuteNonQueryAsync(CancellationToken.None);
        }
        catch (Exception gone) when (gone is NpgsqlException or InvalidOperationException)
        {
            // The lock goes with the session.
        }
    }

    private async Task<int> FindHubAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var insert = new NpgsqlCommand("INSERT INTO aurora_local.hubs (name) VALUES ($1) ON CONFLICT (name) DO NOTHING", connection) { Parameters = { new() { Value = hubName } } };
        await insert.ExecuteNonQueryAsync(cancellation);
        await using var read = new NpgsqlCommand("SELECT hub FROM aurora_local.hubs WHERE name = $1", connection) { Parameters = { new() { Value = hubName } } };
        return (int)(await read.ExecuteScalarAsync(cancellation))!;
    }

    private async Task<bool> TryLockAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var take = new NpgsqlCommand("SELECT pg_try_advisory_lock($1, $2)", connection) { Parameters = { new() { Value = StoreSchema.HubLock }, new() { Value = Hub } } };
        return await take.ExecuteScalarAsync(cancellation) is true;
    }

    private async Task<string> ReadHolderAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var read = new NpgsqlCommand("SELECT holder, since FROM aurora_local.hubs WHERE hub = $1", connection) { Parameters = { new() { Value = Hub } } };
        await using var reader = await read.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) && !await reader.IsDBNullAsync(0, cancellation)
            ? string.Create(CultureInfo.InvariantCulture, $"{reader.GetString(0)} since {reader.GetDateTime(1):u}")
            : "another process";
    }

    private async Task<bool> IsOwnerAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var read = new NpgsqlCommand("SELECT owner FROM aurora_local.hubs WHERE hub = $1", connection) { Parameters = { new() { Value = Hub } } };
        return await read.ExecuteScalarAsync(cancellation) is long owner && owner == Owner;
    }

    private async Task<long> BecomeOwnerAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        // Waits for commits of the owner before, and is seen by every commit after: none of an older ownership can come in between.
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new("SELECT pg_advisory_xact_lock($1, $2)") { Parameters = { new() { Value = StoreSchema.CommitLock }, new() { Value = Hub } } },
                new("UPDATE aurora_local.hubs SET owner = nextval('aurora_local.owners'), holder = $2, since = $3 WHERE hub = $1 RETURNING owner")
                {
                    Parameters =
                    {
                        new() { Value = Hub },
                        new() { Value = $"process {Environment.ProcessId} on {Environment.MachineName}" },
                        new() { Value = TimeProvider.System.GetUtcNow() },
                    },
                },
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.NextResultAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return reader.GetInt64(0);
    }

    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(Watch, TimeProvider.System);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                if (!_isLocked || !await IsAliveAsync())
                {
                    await RetakeAsync();
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Given up on purpose.
        }
    }

    private async Task<bool> IsAliveAsync()
    {
        try
        {
            await using var probe = new NpgsqlCommand("SELECT 1", _connection);
            await probe.ExecuteScalarAsync(_stop.Token);
            return true;
        }
        catch (Exception gone) when (gone is NpgsqlException or InvalidOperationException)
        {
            return false;
        }
    }

    private async Task RetakeAsync()
    {
        try
        {
            if (_connection is { } broken)
            {
                _connection = null;
                await broken.DisposeAsync();
            }

            _connection = await dataSource.OpenConnectionAsync(_stop.Token);
            _isLocked = await TryLockAsync(_connection, _stop.Token);

            // A session of our own that the server has not given up yet may hold it: the hub is lost only when its owner is another.
            if (!_isLocked && !await IsOwnerAsync(_connection, _stop.Token))
            {
                LostTo = await ReadHolderAsync(_connection, _stop.Token);
            }
        }
        catch (Exception away) when (away is NpgsqlException or InvalidOperationException or System.Net.Sockets.SocketException)
        {
            // Still away: the next tick tries again.
        }
    }
}
