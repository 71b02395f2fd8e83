using Npgsql;

namespace Aurora.LocalRuntime.Durable.Storage.Postgres;

/// <summary>Instances in PostgreSQL, schema <c>aurora_local</c>; several hubs may share a database.</summary>
internal sealed partial class PostgresInstanceStore(NpgsqlDataSource dataSource, bool ownsDataSource = false) : IInstanceStore
{
    private const string PinPlansSql =
        "SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)";

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
        await using var query = Query(sql, values);
        return (await ReadListAsync(query, static _ => true, cancellation)).Count > 0;
    }

    /// <summary>
    /// One statement, kept on the indexes whatever the statistics say: a plan made while the tables were empty would scan them when they are
    /// full, at every start of an instance.
    /// </summary>
    private NpgsqlBatch Query(string sql, params object?[] values)
    {
#pragma warning disable CA2100 // The texts are constants; values are parameters.
        var query = new NpgsqlBatchCommand(sql);
#pragma warning restore CA2100
        foreach (var value in values)
        {
            query.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        }

        var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(PinPlansSql));
        batch.BatchCommands.Add(query);
        return batch;
    }

    private static async Task<IReadOnlyList<T>> ReadListAsync<T>(NpgsqlBatch query, Func<NpgsqlDataReader, T> row, CancellationToken cancellation)
    {
        try
        {
            var rows = new List<T>();
            await using var reader = await query.ExecuteReaderAsync(cancellation);
            await reader.NextResultAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                rows.Add(row(reader));
            }

            return rows;
        }
        catch (Exception thrown) when (StoreErrors.Translates(thrown))
        {
            throw StoreErrors.Translate(thrown);
        }
    }
}
