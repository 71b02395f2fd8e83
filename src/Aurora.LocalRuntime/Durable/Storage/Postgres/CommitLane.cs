using Npgsql;
using NpgsqlTypes;

namespace Aurora.LocalRuntime.Durable.Storage.Postgres;

/// <summary>
/// One connection that commits. Each combination of statements is prepared once; a commit is one round trip and one implicit transaction.
/// </summary>
internal sealed class CommitLane(NpgsqlDataSource dataSource) : IAsyncDisposable
{
    private const string Settings =
        """
        SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_material = off; SET plan_cache_mode = force_generic_plan; SET jit = off
        """;

    private readonly Dictionary<int, NpgsqlBatch> _shapes = [];
    private NpgsqlConnection? _connection;

    public async Task CommitAsync(int hub, long owner, IReadOnlyList<InstanceCommit> commits, CancellationToken cancellation)
    {
        var shape = 0;
        var values = new object[]?[CommitStatement.All.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = CommitStatement.All[i].Read(commits);
            shape |= values[i] is null ? 0 : 1 << i;
        }

        try
        {
            var batch = await ShapeAsync(shape, cancellation);
            Fill(batch, hub, owner, values);
            await batch.ExecuteNonQueryAsync(cancellation);
        }
        catch (Exception)
        {
            if (_connection?.FullState != System.Data.ConnectionState.Open)
            {
                await ResetAsync();
            }

            throw;
        }
    }

    public async ValueTask DisposeAsync() => await ResetAsync();

    private static void Fill(NpgsqlBatch batch, int hub, long owner, object[]?[] values)
    {
        batch.BatchCommands[0].Parameters[0].Value = hub;
        batch.BatchCommands[0].Parameters[1].Value = owner;
        var position = 1;
        foreach (var arrays in values)
        {
            if (arrays is null)
            {
                continue;
            }

            var parameters = batch.BatchCommands[position++].Parameters;
            parameters[0].Value = hub;
            for (var i = 0; i < arrays.Length; i++)
            {
                parameters[i + 1].Value = arrays[i];
            }
        }
    }

    private async Task<NpgsqlBatch> ShapeAsync(int shape, CancellationToken cancellation)
    {
        if (_connection is null)
        {
            var connection = await dataSource.OpenConnectionAsync(cancellation);
            _connection = connection;
            await using var settings = new NpgsqlCommand(Settings, connection);
            await settings.ExecuteNonQueryAsync(cancellation);
        }

        if (_shapes.TryGetValue(shape, out var known))
        {
            return known;
        }

        var batch = new NpgsqlBatch(_connection);
        var fence = new NpgsqlBatchCommand("SELECT aurora_local.assert_owner($1, $2)");
        fence.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Integer });
        fence.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Bigint });
        batch.BatchCommands.Add(fence);
        for (var i = 0; i < CommitStatement.All.Length; i++)
        {
            if ((shape & (1 << i)) != 0)
            {
                batch.BatchCommands.Add(CommitStatement.All[i].CreateCommand());
            }
        }

        await batch.PrepareAsync(cancellation);
        _shapes[shape] = batch;
        return batch;
    }

    private async Task ResetAsync()
    {
        foreach (var batch in _shapes.Values)
        {
            await batch.DisposeAsync();
        }

        _shapes.Clear();
        if (_connection is { } connection)
        {
            _connection = null;
            await connection.DisposeAsync();
        }
    }
}
