using Npgsql;

namespace Aurora.LocalRuntime.Durable.Storage.Postgres;

/// <summary>Instances in PostgreSQL, schema <c>aurora_local</c>; several hubs may share a database.</summary>
internal sealed partial class PostgresInstanceStore(NpgsqlDataSource dataSource, bool ownsDataSource = false) : IInstanceStore
{
    private readonly CommitLane[] _lanes = [new(dataSource), new(dataSource), new(dataSource), new(dataSource)];
    private HubLease? _lease;

    private int Hub => _lease?.Hub ?? throw new InvalidOperationException("The store is not open.");

    public async Task<long> OpenAsync(string hubName, CancellationToken cancellation)
    {
        var lease = new HubLease(dataSource, hubName);
        try
        {
            await lease.TakeAsync(cancellation);
        }
        catch
        {
            await lease.DisposeAsync();
            throw;
        }

        _lease = lease;
        return lease.Owner;
    }

    public async Task CloseAsync()
    {
        foreach (var lane in _lanes)
        {
            await lane.DisposeAsync();
        }

        if (Interlocked.Exchange(ref _lease, null) is { } lease)
        {
            await lease.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        if (ownsDataSource)
        {
            await dataSource.DisposeAsync();
        }
    }

    public async Task CommitAsync(long owner, int lane, IReadOnlyList<InstanceCommit> batch, CancellationToken cancellation)
    {
        if (_lease?.LostTo is { } other)
        {
            throw new HubLostException($"The task hub was taken over by {other}.");
        }

        try
        {
            await _lanes[lane].CommitAsync(Hub, owner, batch, cancellation);
        }
        catch (Exception thrown) when (StoreErrors.Translates(thrown))
        {
            throw StoreErrors.Translate(thrown);
        }
    }

    public async Task<bool> WasCommittedAsync(IReadOnlyList<InstanceCommit> batch, CancellationToken cancellation)
    {
        // All or nothing was written, so any one trace speaks for the whole batch.
        foreach (var commit in batch)
        {
            if (commit.Row is { } row)
            {
                return await ExistsAsync(
                    "SELECT 1 FROM aurora_local.instances WHERE hub = $1 AND id = $2 AND execution = $3 AND updated_at = $4 AND status = $5 AND turns = $6",
                    [Hub, commit.InstanceId, commit.Execution, row.UpdatedAt, (short)row.Status, commit.TurnNumber + 1],
                    cancellation);
            }

            if (commit.Kind == CommitKind.Advance)
            {
                return await ExistsAsync("SELECT 1 FROM aurora_local.turns WHERE execution = $1 AND turn = $2", [commit.Execution, commit.TurnNumber], cancellation);
            }

            if (commit.Sends.Count > 0)
            {
                return await ExistsAsync("SELECT 1 FROM aurora_local.inbox WHERE id = $1", [commit.Sends[0].Id], cancellation);
            }
        }

        return false;
    }

    private async Task<bool> ExistsAsync(string sql, object[] values, CancellationToken cancellation)
    {
        await using var command = Command(sql, values);
        return await ReadAsync(command, static async (run, token) => await run.ExecuteScalarAsync(token) is not null, cancellation);
    }

    private NpgsqlCommand Command(string sql, params object?[] values)
    {
        var command = dataSource.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        }

        return command;
    }

    private static async Task<T> ReadAsync<T>(NpgsqlCommand command, Func<NpgsqlCommand, CancellationToken, Task<T>> read, CancellationToken cancellation)
    {
        try
        {
            return await read(command, cancellation);
        }
        catch (Exception thrown) when (StoreErrors.Translates(thrown))
        {
            throw StoreErrors.Translate(thrown);
        }
    }

    private static async Task<IReadOnlyList<T>> ReadListAsync<T>(NpgsqlCommand command, Func<NpgsqlDataReader, T> row, CancellationToken cancellation) =>
        await ReadAsync<IReadOnlyList<T>>(
            command,
            async (run, token) =>
            {
                var rows = new List<T>();
                await using var reader = await run.ExecuteReaderAsync(token);
                while (await reader.ReadAsync(token))
                {
                    rows.Add(row(reader));
                }

                return rows;
            },
            cancellation);
}
