using Aurora.LocalRuntime.Durable.History;
using Aurora.LocalRuntime.Durable.Orchestrations;
using Microsoft.DurableTask.Client;
using Npgsql;

namespace Aurora.LocalRuntime.Durable.Storage.Postgres;

/// <summary>Reading instances, one, some, or page by page.</summary>
internal sealed partial class PostgresInstanceStore
{
    private const string Columns = "id, execution, status, created_at, updated_at, name, details, input, output, custom_status, failure, first_turn, last_turn";

    private const string Bare = "id, execution, status, created_at, updated_at, name, details, NULL, NULL, NULL, NULL, NULL, NULL";

    public async Task<IReadOnlyList<StoredInstance>> LoadAsync(IReadOnlyList<string> ids, CancellationToken cancellation)
    {
        string[] wanted = [.. ids.Distinct(StringComparer.Ordinal)];
        await using var query = Query($"SELECT {Columns} FROM aurora_local.instances WHERE hub = $1 AND id = ANY ($2)", Hub, wanted);
        var rows = await ReadListAsync(query, static reader => (Record: ReadRecord(reader), First: (byte[])reader[11]), cancellation);
        long[] unfinished = [.. rows.Where(static row => !row.Record.IsFinished).Select(static row => row.Record.Info.Execution)];
        var turns = await ReadTurnsAsync(unfinished, cancellation);
        return
        [
            .. rows.Select(row => new StoredInstance(
                row.Record,
                row.Record.IsFinished ? [] : [HistoryCodec.DecodeTurn(row.First), .. turns[row.Record.Info.Execution]])),
        ];
    }

    public async Task<InstanceRecord?> ReadRecordAsync(string id, CancellationToken cancellation)
    {
        await using var query = Query($"SELECT {Columns} FROM aurora_local.instances WHERE hub = $1 AND id = $2", Hub, id);
        var found = await ReadListAsync(query, ReadRecord, cancellation);
        return found.Count == 0 ? null : found[0];
    }

    public async Task<StoredInstance?> ReadHistoryAsync(string id, CancellationToken cancellation)
    {
        await using var query = Query($"SELECT {Columns} FROM aurora_local.instances WHERE hub = $1 AND id = $2", Hub, id);
        var found = await ReadListAsync(query, static reader => (Record: ReadRecord(reader), First: (byte[])reader[11], Last: reader[12] as byte[]), cancellation);
        if (found.Count == 0)
        {
            return null;
        }

        var (record, first, last) = found[0];
        var turns = await ReadTurnsAsync([record.Info.Execution], cancellation);
        IEnumerable<Turn> end = last is null ? [] : [HistoryCodec.DecodeTurn(last)];
        return new StoredInstance(record, [HistoryCodec.DecodeTurn(first), .. turns[record.Info.Execution], .. end]);
    }

    public async Task<InstancePage> ListAsync(InstanceFilter filter, string? afterId, int limit, bool withPayloads, CancellationToken cancellation)
    {
        await using var query = Query(
            $"""
             SELECT {(withPayloads ? Columns : Bare)} FROM aurora_local.instances
             WHERE hub = $1 AND id > $2 AND id >= $3 AND id < $4
                 AND ($5::smallint[] IS NULL OR status = ANY ($5)) AND ($6::timestamptz IS NULL OR created_at >= $6) AND ($7::timestamptz IS NULL OR created_at <= $7)
             ORDER BY id LIMIT $8
             """,
            Hub, afterId ?? "", filter.IdPrefix ?? "", filter.IdPrefix + "\U0010FFFF", StatusesOf(filter), filter.CreatedFrom, filter.CreatedTo, limit + 1);
        Describe(query, 4);
        var rows = await ReadListAsync(query, ReadRecord, cancellation);
        return rows.Count > limit ? new InstancePage([.. rows.Take(limit)], rows[limit - 1].Info.Id) : new InstancePage(rows, null);
    }

    public async Task<IReadOnlyList<(string Id, long Execution)>> ListWithWorkAsync(long afterExecution, long belowExecution, int limit, CancellationToken cancellation)
    {
        // Sought through in steps: instances that only wait for something from outside are passed over, not loaded.
        await using var query = Query(
            """
            SELECT i.id, i.execution FROM aurora_local.instances i
            LEFT JOIN LATERAL (SELECT t.has_work FROM aurora_local.turns t WHERE t.execution = i.execution ORDER BY t.turn DESC LIMIT 1) t ON true
            WHERE i.hub = $1 AND i.status IN (0, 6, 7) AND i.execution > $2 AND i.execution < $3 AND coalesce(t.has_work, i.has_work)
            ORDER BY i.execution LIMIT $4
            """,
            Hub, afterExecution, belowExecution, limit);
        return await ReadListAsync(query, static reader => (reader.GetString(0), reader.GetInt64(1)), cancellation);
    }

    public async Task<IReadOnlyList<StoredTimer>> ListTimersAsync(DateTime afterDue, long afterExecution, int limit, CancellationToken cancellation)
    {
        await using var query = Query(
            "SELECT id, execution, due FROM aurora_local.timers WHERE hub = $1 AND (due, execution) > ($2, $3) ORDER BY due, execution LIMIT $4",
            Hub, DateTime.SpecifyKind(afterDue, DateTimeKind.Utc), afterExecution, limit);
        return await ReadListAsync(query, static reader => new StoredTimer(reader.GetString(0), reader.GetInt64(1), reader.GetDateTime(2)), cancellation);
    }

    public async Task<IReadOnlyList<long>> ListInboxAsync(long afterId, int limit, CancellationToken cancellation)
    {
        await using var query = Query("SELECT id FROM aurora_local.inbox WHERE hub = $1 AND id > $2 ORDER BY id LIMIT $3", Hub, afterId, limit);
        return await ReadListAsync(query, static reader => reader.GetInt64(0), cancellation);
    }

    public async Task<IReadOnlyList<InboxRow>> ReadInboxAsync(IReadOnlyList<long> ids, CancellationToken cancellation)
    {
        await using var query = Query("SELECT id, target, body FROM aurora_local.inbox WHERE hub = $1 AND id = ANY ($2) ORDER BY id", Hub, ids.ToArray());
        return await ReadListAsync(query, static reader => new InboxRow(reader.GetInt64(0), reader.GetString(1), (byte[])reader[2]), cancellation);
    }

    public async Task<IReadOnlyList<string>> ListChildrenAsync(IReadOnlyList<string> parentIds, CancellationToken cancellation)
    {
        await using var query = Query("SELECT id FROM aurora_local.instances WHERE hub = $1 AND parent_id = ANY ($2) AND parent_id IS NOT NULL", Hub, parentIds.ToArray());
        return await ReadListAsync(query, static reader => reader.GetString(0), cancellation);
    }

    private static InstanceRecord ReadRecord(NpgsqlDataReader reader)
    {
        var info = new InstanceInfo
        {
            Id = reader.GetString(0),
            Execution = reader.GetInt64(1),
            Name = reader.GetString(5),
            Input = reader[7] as string,
            CreatedAt = reader.GetDateTime(3),
        };
        return new InstanceRecord
        {
            Info = InstanceDetails.Apply(info, reader[6] as byte[]),
            Status = (OrchestrationRuntimeStatus)reader.GetInt16(2),
            UpdatedAt = reader.GetDateTime(4),
            Output = reader[8] as string,
            CustomStatus = reader[9] as string,
            Failure = HistoryCodec.DecodeFailure(reader[10] as byte[]),
        };
    }

    private static short[]? StatusesOf(InstanceFilter filter) =>
        filter.Statuses is { Count: > 0 } statuses ? [.. statuses.Select(static status => (short)status)] : null;

    /// <summary>Names the types of the optional parameters, which a null cannot tell.</summary>
    private static void Describe(NpgsqlBatch query, int first)
    {
        var parameters = query.BatchCommands[1].Parameters;
        parameters[first].NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Smallint;
        parameters[first + 1].NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz;
        parameters[first + 2].NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz;
    }

    private async Task<ILookup<long, Turn>> ReadTurnsAsync(long[] executions, CancellationToken cancellation)
    {
        if (executions.Length == 0)
        {
            return Array.Empty<Turn>().ToLookup(static _ => 0L);
        }

        await using var query = Query("SELECT execution, body FROM aurora_local.turns WHERE execution = ANY ($1) ORDER BY execution, turn", executions);
        var turns = await ReadListAsync(query, static reader => (Execution: reader.GetInt64(0), Turn: HistoryCodec.DecodeTurn((byte[])reader[1])), cancellation);
        return turns.ToLookup(static turn => turn.Execution, static turn => turn.Turn);
    }
}
