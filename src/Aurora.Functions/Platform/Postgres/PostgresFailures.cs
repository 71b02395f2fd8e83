using System.Net.Sockets;
using Npgsql;

namespace Aurora.Functions.Platform.Postgres;

/// <summary>Sorts database failures by what a caller can do about them. Pure.</summary>
internal static class PostgresFailures
{
    /// <summary>The transaction lost against another one (40001, 40P01) and was rolled back: the same work may be run again.</summary>
    public static bool IsConflict(Exception exception) =>
        exception is PostgresException { SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected };

    /// <summary>
    /// The database is away, full or shutting down, or the connection broke: no statement was refused for what it contains.
    /// Whether a commit under way happened is unknown.
    /// </summary>
    public static bool IsUnavailable(Exception exception) => exception switch
    {
        PostgresException e => e.SqlState.StartsWith("08", StringComparison.Ordinal)
            || e.SqlState.StartsWith("53", StringComparison.Ordinal)
            || e.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown
                or PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.ReadOnlySqlTransaction
                or PostgresErrorCodes.IoError or PostgresErrorCodes.QueryCanceled,
        NpgsqlException => true,
        SocketException or TimeoutException or EndOfStreamException => true,
        WriterOverloadedException => true,
        _ => false,
    };

    /// <summary>The server exists but does not take connections yet, or not any more.</summary>
    public static bool IsStarting(Exception exception) =>
        exception is PostgresException { SqlState: PostgresErrorCodes.CannotConnectNow };
}
