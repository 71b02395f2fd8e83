using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Aurora.Functions.Platform.Postgres;
using Npgsql;
using static Aurora.Functions.Platform.Postgres.SqlStatement;

namespace Aurora.Functions.Outbox.Storing;

/// <content>The session lock that shows this worker lives.</content>
internal sealed partial class PostgresOutboxStore : IAsyncDisposable
{
    private const string TakeLockSql = "SELECT pg_advisory_lock($1)";

    private const string RegisterSql =
        """
        INSERT INTO outbox_workers (worker_id, lock_key, started_at) VALUES ($2, $1, $3)
        ON CONFLICT (worker_id) DO NOTHING
        """;

    private readonly SemaphoreSlim _presenceGate = new(1, 1);
    private NpgsqlConnection? _presence;

    /// <inheritdoc />
    public async Task AnnounceAsync(string workerId, DateTimeOffset now, CancellationToken cancellation)
    {
        await _presenceGate.WaitAsync(cancellation);
        try
        {
            if (_presence is not null && await IsAliveAsync(_presence, cancellation))
            {
                return;
            }

            await DropPresenceAsync();
            var connection = await database.OpenConnectionAsync(cancellation);
            try
            {
                // The lock first: a row in outbox_workers with a free lock means its worker is gone.
                await using var batch = new NpgsqlBatch(connection);
                var key = LockKey(workerId);
                batch.BatchCommands.Add(SqlStatement.Of(TakeLockSql, BigInteger(key)));
                batch.BatchCommands.Add(SqlStatement.Of(RegisterSql, BigInteger(key), Text(workerId), Instant(now)));
                await batch.ExecuteNonQueryAsync(cancellation);
            }
            catch (Exception)
            {
                await connection.DisposeAsync();
                throw;
            }

            _presence = connection;
        }
        finally
        {
            _presenceGate.Release();
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await DropPresenceAsync();
        _presenceGate.Dispose();
    }

    private static async Task<bool> IsAliveAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        try
        {
            await using var ping = new NpgsqlCommand("SELECT 1", connection);
            await ping.ExecuteScalarAsync(cancellation);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private static long LockKey(string workerId) =>
        BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(workerId)));

    private async ValueTask DropPresenceAsync()
    {
        var connection = _presence;
        _presence = null;
        if (connection is not null)
        {
            await connection.DisposeAsync();
        }
    }
}
