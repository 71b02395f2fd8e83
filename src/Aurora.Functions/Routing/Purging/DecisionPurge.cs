using Aurora.Functions.Outbox;
using Aurora.Functions.Platform.Postgres;
using Aurora.Functions.Platform.Time;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using static Aurora.Functions.Platform.Postgres.SqlStatement;

namespace Aurora.Functions.Routing.Purging;

/// <summary>Deletes decisions past their retention in small transactions that skip what others hold.</summary>
internal sealed class DecisionPurge(
    NpgsqlDataSource database, DatabaseClock clock, TimeProvider time, IOptions<RoutingOptions> options, ILogger<DecisionPurge> logger)
{
    internal const string DeleteSql =
        """
        DELETE FROM mhc_decisions
        WHERE ctid = ANY (ARRAY(
            SELECT d.ctid FROM mhc_decisions d WHERE d.decided_at < $1 ORDER BY d.decided_at LIMIT $2 FOR UPDATE SKIP LOCKED))
        """;

    /// <summary>One run. Answers how many decisions went.</summary>
    public async Task<long> RunAsync(CancellationToken cancellation)
    {
        var settings = options.Value;
        var before = clock.UtcNow - settings.DecisionRetention;
        var purged = await BatchedPurge.RunAsync(settings.PurgeBatch, int.MaxValue, time, DeleteAsync, cancellation);
        if (purged.Rows > 0)
        {
            RoutingMetrics.Purged(purged.Rows);
            RoutingLog.DecisionsPurged(logger, purged.Rows, before);
        }

        return purged.Rows;

        async Task<int> DeleteAsync(CancellationToken token)
        {
            await using var batch = database.CreateBatch();
            batch.BatchCommands.Add(Of(OutboxAdvanceSql.PinPlans));
            var delete = Of(DeleteSql, Instant(before), Integer(settings.PurgeBatch));
            batch.BatchCommands.Add(delete);
            await batch.ExecuteNonQueryAsync(token);
            return (int)delete.RecordsAffected;
        }
    }
}
