using Aurora.LocalRuntime.Durable.Storage;
using Aurora.LocalRuntime.Durable.Storage.Postgres;
using Aurora.TestKit.Durable;
using Aurora.TestKit.Postgres;
using Npgsql;
using Xunit;

namespace Aurora.IntegrationTests.LocalRuntime.Durable.Storage.Postgres;

public sealed class PostgresInstanceStoreTests(DatabaseFixture fixture) : InstanceStoreCompliance, IClassFixture<DatabaseFixture>
{
    [Fact]
    public async Task WasCommitted_TellsWrittenBatchesFromLostOnes()
    {
        var (store, owner) = await OpenAsync();
        await using var _ = store;
        var create = Create("a");
        var next = Advance(create, 1, "one");

        var before = await store.WasCommittedAsync([create], CancellationToken.None);
        await store.CommitAsync(owner, 0, [create], CancellationToken.None);
        var after = await store.WasCommittedAsync([create], CancellationToken.None);
        var nextBefore = await store.WasCommittedAsync([next], CancellationToken.None);
        await store.CommitAsync(owner, 0, [next], CancellationToken.None);

        Assert.False(before);
        Assert.True(after);
        Assert.False(nextBefore);
        Assert.True(await store.WasCommittedAsync([next], CancellationToken.None));
    }

    [Fact]
    public async Task Commit_AfterAnotherOwnerTookTheHub_IsFenced()
    {
        var (open, hub) = NewHub();
        await using var first = open();
        var owner = await first.OpenAsync(hub, CancellationToken.None);
        await fixture.Database.ExecuteAsync("UPDATE aurora_local.hubs SET owner = owner + 1 WHERE name = $1", hub);

        await Assert.ThrowsAsync<HubLostException>(() => first.CommitAsync(owner, 0, [Create("late")], CancellationToken.None));

        Assert.Null(await first.ReadRecordAsync("late", CancellationToken.None));
    }

    [Fact]
    public async Task Plan_OfThePurge_WalksFinishedInstancesByAge()
    {
        var (store, owner) = await OpenAsync();
        await using var _ = store;
        await store.CommitAsync(owner, 0, [Create("one")], CancellationToken.None);
        await fixture.Database.ExecuteAsync(
            """
            INSERT INTO aurora_local.instances (hub, id, execution, status, has_work, turns, created_at, updated_at, name, first_turn)
            SELECT -1, g::text, -g, 1, false, 1, now() + g * interval '1 minute', now(), 'many', '' FROM generate_series(1, 20000) g;
            ANALYZE aurora_local.instances
            """);
        await using var connection = await fixture.Database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var prepare = new NpgsqlCommand(
            "SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL plan_cache_mode = force_generic_plan; "
            + "PREPARE purge (integer, smallint[], timestamptz, timestamptz, integer, text, text) AS " + PostgresInstanceStore.PurgeOldestSql,
            connection);
        await prepare.ExecuteNonQueryAsync();
        await using var explain = new NpgsqlCommand("EXPLAIN EXECUTE purge (-1, NULL, NULL, now(), 500, '', '')", connection);
        var plan = new List<string>();
        await using (var reader = await explain.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                plan.Add(reader.GetString(0));
            }
        }

        Assert.Contains(plan, static line => line.Contains("Index Scan using instances_finished", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, static line => line.Contains("Seq Scan", StringComparison.Ordinal) || line.Contains("Sort", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Commit_AfterItsSessionsWereTerminated_SaysUnavailableThenWorksAgain()
    {
        var (store, owner) = await OpenAsync();
        await using var _ = store;
        await store.CommitAsync(owner, 0, [Create("one")], CancellationToken.None);
        await fixture.Database.ExecuteAsync(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
        var two = Create("two");

        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.CommitAsync(owner, 0, [two], CancellationToken.None));
        await store.CommitAsync(owner, 0, [two], CancellationToken.None);

        Assert.NotNull(await store.ReadRecordAsync("two", CancellationToken.None));
    }

    private protected override (Func<IInstanceStore> Open, string Hub) NewHub() =>
        (() => new PostgresInstanceStore(fixture.Database.DataSource), $"hub-{Guid.CreateVersion7():N}");
}
