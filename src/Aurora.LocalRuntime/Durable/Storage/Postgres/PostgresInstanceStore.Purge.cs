namespace Aurora.LocalRuntime.Durable.Storage.Postgres;

/// <summary>Letting finished instances go, a bounded number at a time.</summary>
internal sealed partial class PostgresInstanceStore
{
    internal const string PurgeOldestSql =
        """
        WITH doomed AS (
            SELECT id, execution FROM aurora_local.instances
            WHERE hub = $1 AND status IN (1, 3, 5) AND created_at >= coalesce($3, '-infinity') AND created_at <= coalesce($4, 'infinity')
                AND ($2::smallint[] IS NULL OR status = ANY ($2)) AND ($6 = '' OR (id >= $6 AND id < $7))
            ORDER BY created_at
            LIMIT $5 FOR UPDATE SKIP LOCKED),
        gone AS (
            DELETE FROM aurora_local.instances i USING doomed d WHERE i.hub = $1 AND i.id = d.id RETURNING i.id, i.execution),
        turns AS (DELETE FROM aurora_local.turns t USING gone g WHERE t.execution = g.execution)
        SELECT id FROM gone
        """;

    public async Task<IReadOnlyList<string>> PurgeAsync(InstanceFilter filter, int limit, CancellationToken cancellation)
    {
        await using var query = Query(
            PurgeOldestSql,
            Hub, StatusesOf(filter), filter.CreatedFrom, filter.CreatedTo, limit, filter.IdPrefix ?? "", filter.IdPrefix + "\U0010FFFF");
        Describe(query, 1);
        return await ReadListAsync(query, static reader => reader.GetString(0), cancellation);
    }

    public async Task<IReadOnlyList<string>> PurgeAsync(IReadOnlyList<string> ids, CancellationToken cancellation)
    {
        await using var query = Query(
            """
            WITH gone AS (
                DELETE FROM aurora_local.instances WHERE hub = $1 AND id = ANY ($2) AND status IN (1, 3, 5) RETURNING id, execution),
            turns AS (DELETE FROM aurora_local.turns t USING gone g WHERE t.execution = g.execution)
            SELECT id FROM gone
            """,
            Hub, ids.ToArray());
        return await ReadListAsync(query, static reader => reader.GetString(0), cancellation);
    }
}
