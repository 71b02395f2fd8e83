using System.Net.Sockets;
using Npgsql;

namespace Aurora.LocalRuntime.Durable.Storage.Postgres;

/// <summary>Tells a database that is away from one that refuses.</summary>
internal static class StoreErrors
{
    public static bool Translates(Exception thrown) => !ReferenceEquals(Translate(thrown), thrown);

    /// <summary>The exception the port documents in place of the driver's; the same one when it has no place there.</summary>
    public static Exception Translate(Exception thrown) => thrown switch
    {
        PostgresException { SqlState: StoreSchema.HubLostState } lost => new HubLostException(lost.MessageText),
        PostgresException refused => IsPassing(refused) ? new StoreUnavailableException(refused.MessageText, refused) : refused,
        NpgsqlException { InnerException: SocketException or IOException or TimeoutException or null } away => new StoreUnavailableException(away.Message, away),
        NpgsqlException { IsTransient: true } away => new StoreUnavailableException(away.Message, away),
        SocketException or IOException or TimeoutException => new StoreUnavailableException(thrown.Message, thrown),
        _ => thrown,
    };

    private static bool IsPassing(PostgresException thrown) =>
        thrown.IsTransient
        || thrown.SqlState is PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.ReadOnlySqlTransaction
        || thrown.SqlState.StartsWith("08", StringComparison.Ordinal)
        || thrown.SqlState.StartsWith("53", StringComparison.Ordinal)
        || thrown.SqlState.StartsWith("57P", StringComparison.Ordinal)
        || thrown.SqlState.StartsWith("58", StringComparison.Ordinal)
        || thrown.SqlState is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected;
}
