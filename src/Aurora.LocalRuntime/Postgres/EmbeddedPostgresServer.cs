using Aurora.LocalRuntime.Postgres.Binaries;
using Aurora.LocalRuntime.Postgres.Cluster;
using Microsoft.Extensions.Logging;

namespace Aurora.LocalRuntime.Postgres;

/// <summary>One process's use of a private database server.</summary>
internal sealed class EmbeddedPostgresServer : IAsyncDisposable
{
    private readonly ServerHome _home;
    private readonly ServerProcess _process;
    private readonly PostgresBinaries _binaries;
    private readonly ServerState _state;
    private readonly ILogger _logger;
    private FileStream? _users;

    internal EmbeddedPostgresServer(
        ServerHome home, ServerProcess process, PostgresBinaries binaries, ServerState state, FileStream users, ILogger logger)
    {
        _home = home;
        _process = process;
        _binaries = binaries;
        _state = state;
        _users = users;
        _logger = logger;
    }

    /// <summary>The app's database on this server.</summary>
    public string ConnectionString => _state.ConnectionString();

    /// <summary>The cluster's directory.</summary>
    public string DataDirectory => _home.Data;

    /// <summary>One line for the operator; no password.</summary>
    public string Description =>
        FormattableString.Invariant($"embedded PostgreSQL {_binaries.Version} on 127.0.0.1:{_state.Port}, data in {_home.Data}");

    /// <summary>The loopback port.</summary>
    internal int Port => _state.Port;

    /// <summary>The connection string of another database on this server.</summary>
    internal string ConnectionStringTo(string database) => _state.ConnectionString(database);

    /// <summary>Leaves the server; the last process that leaves stops it.</summary>
    public async Task StopAsync()
    {
        if (Interlocked.Exchange(ref _users, null) is not { } users)
        {
            return;
        }

        // Stopping is the end of the process's life: nothing cancels it, pg_ctl has its own limit.
        await using var setUp = await FileLock.ExclusiveAsync(_home.SetUpLock, static () => { }, CancellationToken.None);
        await users.DisposeAsync();
        await using var alone = FileLock.TryExclusive(_home.UsersLock);
        if (alone is null)
        {
            EmbeddedPostgresLog.StillUsed(_logger, _home.Data);
            return;
        }

        await _process.StopAsync(_binaries, "fast", CancellationToken.None);
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    /// <summary>Stops the server as a crash would, without leaving it; <see cref="RestartAsync"/> brings it back.</summary>
    internal Task CrashAsync(CancellationToken cancellation) => _process.StopAsync(_binaries, "immediate", cancellation);

    /// <summary>Starts the server again on the same port.</summary>
    internal Task RestartAsync(CancellationToken cancellation) => _process.StartAsync(_binaries, _state, cancellation);
}
