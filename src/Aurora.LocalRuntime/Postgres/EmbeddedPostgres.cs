using Aurora.LocalRuntime.Postgres.Binaries;
using Aurora.LocalRuntime.Postgres.Cluster;
using Microsoft.Extensions.Logging;

namespace Aurora.LocalRuntime.Postgres;

/// <summary>Starts the private database server of a directory, or adopts the one that already runs there.</summary>
internal static class EmbeddedPostgres
{
    private const int PortAttempts = 3;

    /// <summary>
    /// The server of <paramref name="auroraDirectory"/>, running. Any number of processes may use one directory at the same
    /// time; the last one that leaves in an orderly way stops the server.
    /// </summary>
    /// <exception cref="EmbeddedPostgresException">No server can be had; the message says what to do.</exception>
    public static async Task<EmbeddedPostgresServer> StartAsync(
        string auroraDirectory, ILogger logger, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(auroraDirectory);
        ArgumentNullException.ThrowIfNull(logger);
        var account = await ServerAccount.ForCurrentUserAsync(cancellation);
        return await StartAsync(auroraDirectory, account, new BinaryLocator(account, logger), logger, cancellation);
    }

    internal static async Task<EmbeddedPostgresServer> StartAsync(
        string auroraDirectory, ServerAccount account, BinaryLocator locator, ILogger logger, CancellationToken cancellation)
    {
        var directory = Path.GetFullPath(auroraDirectory);
        Directory.CreateDirectory(directory);
        var lockFile = new ServerHome(directory, directory).SetUpLock;
        await using var setUp = await FileLock.ExclusiveAsync(
            lockFile, () => EmbeddedPostgresLog.WaitingForSetUp(logger, directory), cancellation);

        var home = await ServerHome.PrepareAsync(directory, account, logger, cancellation);
        var users = await FileLock.SharedAsync(home.UsersLock, cancellation);
        try
        {
            var process = new ServerProcess(home, account, logger);
            var isLeftover = IsLeftover(home, process);
            var binaries = await locator.FindAsync(home.Directory, isLeftover ? null : process.ClusterMajor(), cancellation);
            if (isLeftover)
            {
                await process.DiscardAsync(binaries, cancellation);
            }

            var state = await EnsureRunningAsync(home, process, binaries, logger, cancellation);
            return new EmbeddedPostgresServer(home, process, binaries, state, users, logger);
        }
        catch
        {
            await users.DisposeAsync();
            throw;
        }
    }

    /// <summary>Data outside the clone, of an earlier clone at the same path that was removed: a new clone begins empty.</summary>
    private static bool IsLeftover(ServerHome home, ServerProcess process) =>
        home.IsMoved && process.ClusterMajor() is not null && !File.Exists(home.StateFile) && !File.Exists(home.MovedNote);

    private static async Task<ServerState> EnsureRunningAsync(
        ServerHome home, ServerProcess process, PostgresBinaries binaries, ILogger logger, CancellationToken cancellation)
    {
        var state = ServerState.Read(home.StateFile);
        if (await process.TryAdoptAsync(state, cancellation))
        {
            EmbeddedPostgresLog.Adopted(logger, state!.Port, home.Data);
            return state;
        }

        if (process.ClusterMajor() is null)
        {
            state = ServerState.Create();
            state.Write(home.StateFile);
            if (home.IsMoved)
            {
                await File.WriteAllTextAsync(home.MovedNote, home.Directory + "\n", cancellation);
            }

            await process.InitialiseAsync(binaries, state, cancellation);
        }

        if (state is null)
        {
            throw new EmbeddedPostgresException(
                $"The password of the database in {home.Data} is lost ({home.StateFile} is missing). Restore the file, or move {home.Data} away.");
        }

        for (var attempt = 1; ; attempt++)
        {
            if (!state.PortIsFree())
            {
                state = state with { Port = ServerState.FreePort() };
                state.Write(home.StateFile);
            }

            try
            {
                await process.StartAsync(binaries, state, cancellation);
                return state;
            }
            catch (EmbeddedPostgresException) when (attempt < PortAttempts && !state.PortIsFree())
            {
                // Somebody took the port between the look and the start.
            }
        }
    }
}
