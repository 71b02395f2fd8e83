using Aurora.Functions.Platform.Postgres;
using Aurora.TestKit.Outbox;
using Aurora.TestKit.Postgres;
using Xunit;

namespace Aurora.IntegrationTests.Outbox;

public sealed class OutboxMigrationTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>
{
    private readonly TestDatabase _database = fixture.Database;

    [Fact]
    public async Task AC6_1_Table_AfterMigration_HasTheRequirementsColumnsAndIndexes()
    {
        var columns = await _database.ColumnAsync<string>(
            """
            SELECT column_name || ' ' || data_type || ' ' || is_nullable FROM information_schema.columns
            WHERE table_name = 'crm_event_outbox' ORDER BY ordinal_position
            """);
        var indexed = await _database.ColumnAsync<string>(
            """
            SELECT a.attname::text FROM pg_index i
            JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
            WHERE i.indrelid = 'crm_event_outbox'::regclass AND i.indnatts = 1 AND i.indpred IS NULL
            ORDER BY 1
            """);

        Assert.Equal(
            [
                "id character varying NO", "event_type character varying NO", "payload jsonb NO", "status character varying NO",
                "attempts integer NO", "last_error text YES", "trace_id character varying NO",
                "created_at timestamp with time zone NO", "processed_at timestamp with time zone YES",
                "next_retry_at timestamp with time zone NO", "partition_key character varying NO", "lane smallint NO",
                "locked_by character varying YES", "locked_until timestamp with time zone YES",
                "dead_at timestamp with time zone YES",
            ],
            columns);
        Assert.Equal(["event_type", "id", "next_retry_at", "status", "trace_id"], indexed);
    }

    [Fact]
    public async Task Migration_AppliedAgain_ChangesNothingAndKeepsRows()
    {
        await _database.ClearOutboxAsync();
        await _database.EmitAsync(OutboxRows.Row("a", "k"));
        var before = await CatalogueAsync();

        foreach (var migration in Migration.All.Where(m => m.Name.Contains("outbox", StringComparison.Ordinal) || m.Name.Contains("routing", StringComparison.Ordinal)))
        {
            await _database.ExecuteAsync(migration.Sql);
        }

        Assert.Equal(before, await CatalogueAsync());
        Assert.Equal(1L, await _database.ScalarAsync<long>("SELECT count(*) FROM crm_event_outbox"));
    }

    [Theory]
    [InlineData("UPDATE crm_event_outbox SET status = 'LOST'")]
    [InlineData("UPDATE crm_event_outbox SET attempts = -1")]
    [InlineData("UPDATE crm_event_outbox SET lane = 3")]
    public async Task Table_ValuesOutsideTheRequirement_AreRefused(string sql)
    {
        await _database.ClearOutboxAsync();
        await _database.EmitAsync(OutboxRows.Row("a", "k"));

        var refusal = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => _database.ExecuteAsync(sql));

        Assert.Equal(Npgsql.PostgresErrorCodes.CheckViolation, refusal.SqlState);
    }

    private Task<IReadOnlyList<string>> CatalogueAsync() => _database.ColumnAsync<string>(
        "SELECT tablename || ' ' || indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1");
}
