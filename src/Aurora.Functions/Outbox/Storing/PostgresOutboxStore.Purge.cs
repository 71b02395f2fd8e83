using Aurora.Functions.Platform.Postgres;
using static Aurora.Functions.Platform.Postgres.SqlStatement;

namespace Aurora.Functions.Outbox.Storing;

/// <content>Retention of finished rows.</content>
internal sealed partial class PostgresOutboxStore
{
    // A finished row's next_retry_at lies before its processed_at, so the oldest are found through the requirement's own index.
    private const string PurgeSql =
        """
        DELETE FROM crm_event_outbox o
        WHERE o.id = ANY (ARRAY(
            SELECT p.id FROM crm_event_outbox p
            WHERE p.next_retry_at < $1 AND p.status = 'COMPLETED' AND p.processed_at < $1
            ORDER BY p.next_retry_at
            LIMIT $2
            FOR UPDATE SKIP LOCKED))
        """;

    /// <inheritdoc />
    public async Task<int> PurgeAsync(DateTimeOffset before, int limit, CancellationToken cancellation)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(SqlStatement.Of(OutboxAdvanceSql.PinPlans));
        var purge = SqlStatement.Of(PurgeSql, Instant(before), Integer(limit));
        batch.BatchCommands.Add(purge);
        await batch.ExecuteNonQueryAsync(cancellation);
        return (int)purge.RecordsAffected;
    }
}
