using Aurora.Functions.Platform.Time;
using Aurora.Functions.Routing;
using Aurora.Functions.Routing.Purging;
using Aurora.IntegrationTests.Outbox;
using Aurora.TestKit.Outbox;
using Aurora.TestKit.Postgres;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using Xunit;

namespace Aurora.IntegrationTests.Routing.Purging;

public sealed class DecisionPurgeTests(DatabaseFixture fixture) : OutboxTests(fixture)
{
    [Fact]
    public async Task Run_OldDecisions_GoInBatchesAndYoungOnesStay()
    {
        await DecideAsync(5, OutboxRows.Noon.AddDays(-181));
        await DecideAsync(3, OutboxRows.Noon.AddDays(-179));

        var purged = await Purge(batch: 2).RunAsync(CancellationToken.None);

        Assert.Equal(5, purged);
        Assert.Equal(3, await Database.ScalarAsync<long>("SELECT count(*) FROM mhc_decisions"));
        Assert.Equal(0, await Purge(batch: 2).RunAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Run_DecisionHeldByAnother_IsSkippedAndGoesLater()
    {
        await DecideAsync(4, OutboxRows.Noon.AddDays(-200));
        await using (var holder = await Database.DataSource.OpenConnectionAsync())
        {
            await using var transaction = await holder.BeginTransactionAsync();
            await using var hold = new NpgsqlCommand("SELECT 1 FROM mhc_decisions LIMIT 1 FOR UPDATE", holder);
            await hold.ExecuteScalarAsync();

            Assert.Equal(3, await Purge(batch: 100).RunAsync(CancellationToken.None));
        }

        Assert.Equal(1, await Purge(batch: 100).RunAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Plan_OfThePurge_WalksByAge()
    {
        await Database.ExecuteAsync(
            """
            INSERT INTO mhc_decisions (outbox_id, attempt, trace_id, decision, enriched_context, safety_score_delta, started_at, decided_at)
            SELECT 'o' || g, 1, 't', 'PROCEED', '{}', 0, $1, $1::timestamptz + g * interval '1 minute' FROM generate_series(1, 20000) g
            """,
            OutboxRows.Noon.UtcDateTime);
        await Database.ExecuteAsync("ANALYZE mhc_decisions");

        var plan = string.Join('\n', await Database.ColumnAsync<string>(
            "EXPLAIN " + DecisionPurge.DeleteSql, OutboxRows.Noon.AddHours(1).UtcDateTime, 2000));

        Assert.Contains("ix_mhc_decisions_decided_at", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan", plan, StringComparison.Ordinal);
    }

    private DecisionPurge Purge(int batch) => new(
        Database.DataSource,
        new DatabaseClock(Time, Database.DataSource),
        Time,
        Options.Create(new RoutingOptions { PurgeBatch = batch }),
        NullLogger<DecisionPurge>.Instance);

    private Task<int> DecideAsync(int count, DateTimeOffset at) => Database.ExecuteAsync(
        """
        INSERT INTO mhc_decisions (outbox_id, attempt, trace_id, decision, enriched_context, safety_score_delta, started_at, decided_at)
        SELECT gen_random_uuid()::text, 1, 't', 'PROCEED', '{}', 0, $2, $2 FROM generate_series(1, $1)
        """,
        count,
        at.UtcDateTime);
}
