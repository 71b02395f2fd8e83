// One thing: the life of one cluster, from initdb to stop; every step depends on the same files and the same lock.
using System.Globalization;
using Aurora.LocalRuntime.Postgres.Binaries;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aurora.LocalRuntime.Postgres.Cluster;

/// <summary>Makes, starts, recognises and stops one cluster. Its caller holds the set-up lock.</summary>
internal sealed class ServerProcess(ServerHome home, ServerAccount account, ILogger logger)
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan InitialisePatience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private const int LongestSocketPath = 90;

    private string PidFile => Path.Combine(home.Data, "postmaster.pid");

    /// <summary>The major version of the cluster on disk, or null when there is none.</summary>
    public int? ClusterMajor()
    {
        var file = Path.Combine(home.Data, "PG_VERSION");
        return File.Exists(file) && int.TryParse(File.ReadAllText(file).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var major)
            ? major
            : null;
    }

    /// <summary>
    /// Whether the cluster's server already runs (an app that was killed left it): then it answers, with our password and
    /// our data directory. A postmaster.pid whose process is no server of this cluster is removed.
    /// </summary>
    public async Task<bool> TryAdoptAsync(ServerState? state, CancellationToken cancellation)
    {
        var waited = TimeProvider.System.GetTimestamp();
        while (ReadProcessId() is { } processId)
        {
            if (state is not null && await AnswersAsync(state, cancellation))
            {
                return true;
            }

            if (!await IsServerOfThisClusterAsync(processId, cancellation))
            {
                File.Delete(PidFile);
                EmbeddedPostgresLog.StalePid(logger, processId, home.Data);
                return false;
            }

            // It recovers from a crash, or is shutting down: either ends.
            if (TimeProvider.System.GetElapsedTime(waited) > StartPatience)
            {
                throw new EmbeddedPostgresException(
                    $"A PostgreSQL server (process {processId}) holds {home.Data} but does not answer. Stop that process and start again.");
            }

            await Task.Delay(Pause, TimeProvider.System, cancellation);
        }

        return false;
    }

    /// <summary>Makes the cluster; one that was left half made is thrown away.</summary>
    public async Task InitialiseAsync(PostgresBinaries binaries, ServerState state, CancellationToken cancellation)
    {
        EmbeddedPostgresLog.Initialising(logger, binaries.Version, home.Data);
        if (Directory.Exists(home.UnfinishedData))
        {
            Directory.Delete(home.UnfinishedData, recursive: true);
        }

        await ServerHome.CreateOwnedAsync(home.UnfinishedData, account, cancellation);
        var passwordFile = Path.Combine(home.Directory, "password.new");
        try
        {
            File.Delete(passwordFile);
            await File.WriteAllTextAsync(passwordFile, "", cancellation);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(passwordFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            await File.WriteAllTextAsync(passwordFile, state.Password + "\n", cancellation);
            await account.OwnAsync(passwordFile, cancellation);
            var result = await account.RunAsync(
                binaries.CommandLine(
                    "initdb", "-D", home.UnfinishedData, "-U", ServerState.Administrator, "--encoding=UTF8", "--locale=C",
                    "--auth=scram-sha-256", $"--pwfile={passwordFile}"),
                home.Directory,
                InitialisePatience,
                cancellation);
            if (!result.Succeeded)
            {
                throw new EmbeddedPostgresException($"initdb failed in {home.UnfinishedData}: {result.Output}");
            }
        }
        finally
        {
            File.Delete(passwordFile);
        }

        await File.AppendAllTextAsync(
            Path.Combine(home.UnfinishedData, "postgresql.conf"), $"\n{ServerSettings.IncludeLine}\n", cancellation);
        Directory.Move(home.UnfinishedData, home.Data);
    }

    /// <summary>Ends the server, if it runs, and throws the cluster away.</summary>
    public async Task DiscardAsync(PostgresBinaries binaries, CancellationToken cancellation)
    {
        if (ReadProcessId() is { } processId && await IsServerOfThisClusterAsync(processId, cancellation))
        {
            await StopAsync(binaries, "immediate", cancellation);
        }

        Directory.Delete(home.Data, recursive: true);
        EmbeddedPostgresLog.Discarded(logger, home.Data);
    }

    /// <summary>Starts the server and makes the app's database. It runs in a session of its own, so Ctrl-C does not reach it.</summary>
    public async Task StartAsync(PostgresBinaries binaries, ServerState state, CancellationToken cancellation)
    {
        var settings = Path.Combine(home.Data, ServerSettings.FileName);
        await File.WriteAllTextAsync(settings, ServerSettings.Text(state.Port, SocketDirectory()), cancellation);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(settings, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }

        var log = Path.Combine(home.Data, "server.log");
        await account.OwnAsync(settings, cancellation);

        // pg_ctl detaches the server: own session, own output file.
        var result = await ControlAsync(binaries, "start", "-l", log, StartPatience, StopPatience, cancellation);
        if (!result.Succeeded)
        {
            throw new EmbeddedPostgresException($"PostgreSQL did not start in {home.Data}: {result.Output} {Tail(log)}".TrimEnd());
        }

        await CreateDatabaseAsync(state, cancellation);
        EmbeddedPostgresLog.Started(logger, binaries.Version, state.Port, home.Data);
    }

    /// <summary>Stops the server: <c>fast</c> for an orderly end, <c>immediate</c> for a crash.</summary>
    public async Task StopAsync(PostgresBinaries binaries, string mode, CancellationToken cancellation)
    {
        if (ReadProcessId() is null)
        {
            return;
        }

        var result = await ControlAsync(binaries, "stop", "-m", mode, StopPatience, Pause, cancellation);
        if (result.Succeeded)
        {
            EmbeddedPostgresLog.Stopped(logger, home.Data);
        }
        else
        {
            EmbeddedPostgresLog.NotStopped(logger, home.Data, result.Output);
        }
    }

    /// <summary>Runs pg_ctl, which gives up after its patience; the command itself is ended after the grace on top of it.</summary>
    private Task<CommandResult> ControlAsync(
        PostgresBinaries binaries, string action, string option, string value, TimeSpan patience, TimeSpan grace,
        CancellationToken cancellation) => account.RunAsync(
            binaries.CommandLine(
                "pg_ctl", action, "-D", home.Data, option, value, "-w", "-s", "-t",
                patience.TotalSeconds.ToString(CultureInfo.InvariantCulture)),
            home.Directory,
            patience + grace,
            cancellation);

    private static async Task CreateDatabaseAsync(ServerState state, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(Unpooled(state, "postgres"));
        await connection.OpenAsync(cancellation);
        await using var exists = new NpgsqlCommand("select 1 from pg_database where datname = $1", connection);
        exists.Parameters.Add(new NpgsqlParameter<string> { TypedValue = ServerState.Database });
        if (await exists.ExecuteScalarAsync(cancellation) is null)
        {
            await using var compress = new NpgsqlCommand(ServerSettings.CompressFasterSql, connection);
            await compress.ExecuteNonQueryAsync(cancellation);
            await using var create = new NpgsqlCommand($"create database {ServerState.Database}", connection);
            await create.ExecuteNonQueryAsync(cancellation);
        }
    }

    private async Task<bool> AnswersAsync(ServerState state, CancellationToken cancellation)
    {
        try
        {
            await using var connection = new NpgsqlConnection(Unpooled(state, ServerState.Database));
            await connection.OpenAsync(cancellation);
            await using var command = new NpgsqlCommand("select current_setting('data_directory')", connection);
            return Path.GetFullPath((string)(await command.ExecuteScalarAsync(cancellation))!) == Path.GetFullPath(home.Data);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidCatalogName)
        {
            // Killed between the start and the creation of the database.
            await CreateDatabaseAsync(state, cancellation);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private int? ReadProcessId()
    {
        try
        {
            return int.TryParse(File.ReadLines(PidFile).FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>A process id is used again after a crash or in a new container: the process must be a server of this directory.</summary>
    private async Task<bool> IsServerOfThisClusterAsync(int processId, CancellationToken cancellation)
    {
        if (OperatingSystem.IsWindows())
        {
            try
            {
                using var process = System.Diagnostics.Process.GetProcessById(processId);
                return process.ProcessName.Contains("postgres", StringComparison.OrdinalIgnoreCase);
            }
            catch (ArgumentException)
            {
                return false;
            }
        }

        var arguments = $"/proc/{processId}/cmdline";
        if (File.Exists(arguments))
        {
            return Matches((await File.ReadAllTextAsync(arguments, cancellation)).Replace('\0', ' '));
        }

        var result = await ExternalCommand.RunAsync(
            ["ps", "-p", processId.ToString(CultureInfo.InvariantCulture), "-o", "command="], "/", TimeSpan.FromSeconds(5), cancellation);
        return result.Succeeded && Matches(result.Output);

        bool Matches(string commandLine) =>
            commandLine.Contains("postgres", StringComparison.Ordinal) && commandLine.Contains(home.Data, StringComparison.Ordinal);
    }

    /// <summary>A private directory for the socket; none when its path would be longer than a socket's name may be.</summary>
    private string? SocketDirectory() =>
        OperatingSystem.IsWindows() || home.Data.Length > LongestSocketPath ? null : home.Data;

    private static string Unpooled(ServerState state, string database) =>
        new NpgsqlConnectionStringBuilder(state.ConnectionString(database)) { Pooling = false, Timeout = 5 }.ConnectionString;

    private static string Tail(string log)
    {
        const int lines = 5;
        return File.Exists(log) ? string.Join(" | ", File.ReadLines(log).TakeLast(lines)) : "";
    }
}
