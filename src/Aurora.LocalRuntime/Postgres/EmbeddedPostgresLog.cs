using Microsoft.Extensions.Logging;

namespace Aurora.LocalRuntime.Postgres;

/// <summary>What the embedded server logs (5200 to 5299).</summary>
internal static partial class EmbeddedPostgresLog
{
    [LoggerMessage(5200, LogLevel.Information, "Fetching PostgreSQL by {Source} into {Directory}")]
    public static partial void Fetching(ILogger logger, string source, string directory);

    [LoggerMessage(5201, LogLevel.Information, "Initialising a PostgreSQL {Version} cluster in {Directory}")]
    public static partial void Initialising(ILogger logger, string version, string directory);

    [LoggerMessage(5202, LogLevel.Information,
        "The user {Account}, as which PostgreSQL runs, may not enter {Wanted}; the data lives in {Directory}")]
    public static partial void Moved(ILogger logger, string account, string wanted, string directory);

    [LoggerMessage(5203, LogLevel.Information, "Started PostgreSQL {Version} on 127.0.0.1:{Port}, data in {Directory}")]
    public static partial void Started(ILogger logger, string version, int port, string directory);

    [LoggerMessage(5204, LogLevel.Information, "Using the PostgreSQL already running on 127.0.0.1:{Port}, data in {Directory}")]
    public static partial void Adopted(ILogger logger, int port, string directory);

    [LoggerMessage(5205, LogLevel.Warning, "Removed a stale postmaster.pid of process {ProcessId} in {Directory}")]
    public static partial void StalePid(ILogger logger, int processId, string directory);

    [LoggerMessage(5206, LogLevel.Information, "Stopped PostgreSQL, data in {Directory}")]
    public static partial void Stopped(ILogger logger, string directory);

    [LoggerMessage(5207, LogLevel.Debug, "PostgreSQL keeps running: another process uses {Directory}")]
    public static partial void StillUsed(ILogger logger, string directory);

    [LoggerMessage(5208, LogLevel.Warning, "PostgreSQL in {Directory} did not stop: {Reason}")]
    public static partial void NotStopped(ILogger logger, string directory, string reason);

    [LoggerMessage(5209, LogLevel.Information, "Waiting for another process that sets up the database in {Directory}")]
    public static partial void WaitingForSetUp(ILogger logger, string directory);

    [LoggerMessage(5210, LogLevel.Warning, "Threw away {Directory}: it belonged to an earlier clone at this path, which was removed")]
    public static partial void Discarded(ILogger logger, string directory);
}
