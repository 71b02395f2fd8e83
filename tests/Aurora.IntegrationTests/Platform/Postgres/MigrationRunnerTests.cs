using Aurora.Functions.Platform.Postgres;
using Aurora.TestKit.Postgres;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace Aurora.IntegrationTests.Platform.Postgres;

public sealed class MigrationRunnerTests : IAsyncLifetime
{
    private static readonly Migration One = new(1, "one", "create table one (id int)");
    private static readonly Migration Two = new(2, "two", "create table two (id int)");
    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await TestDatabase.CreateAsync(migrated: false);

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Run_AllOfTheApp_FromEmptyAndAgain_ChangesNothingTheSecondTime()
    {
        var applied = await RunAsync(Migration.All);
        var schema = await CatalogueAsync();
        var again = await RunAsync(Migration.All);

        Assert.Equal(Migration.All.Count, applied);
        Assert.Equal(0, again);
        Assert.Equal(schema, await CatalogueAsync());
        Assert.Equal(
            Migration.All.Select(m => $"{m.Version}:{m.Name}:{m.Checksum}"),
            await _database.ColumnAsync<string>("select version || ':' || name || ':' || checksum from schema_migrations order by version"));
    }

    [Fact]
    public async Task Run_NewMigrationsOfALaterBuild_AppliesOnlyThose()
    {
        await RunAsync([One]);

        Assert.Equal(1, await RunAsync([One, Two]));
        Assert.Equal([1, 2], await VersionsAsync());
    }

    [Fact]
    public async Task Run_DatabaseIsNewerThanTheBuild_LeavesItAlone()
    {
        await RunAsync([One, Two]);

        Assert.Equal(0, await RunAsync([One]));
        Assert.Equal([1, 2], await VersionsAsync());
    }

    [Fact]
    public async Task Run_AppliedMigrationWasChanged_RefusesBeforeApplyingAnything()
    {
        await RunAsync([One]);

        var refused = await Assert.ThrowsAsync<MigrationChecksumException>(
            () => RunAsync([One with { Sql = "create table one (id bigint)" }, Two]));

        Assert.Contains("0001_one", refused.Message, StringComparison.Ordinal);
        Assert.Equal([1], await VersionsAsync());
    }

    [Fact]
    public async Task Run_MigrationFails_LeavesNothingOfItAndThoseBeforeItStay()
    {
        var broken = new Migration(2, "broken", "create table half (id int); select 1 / 0");

        await Assert.ThrowsAsync<PostgresException>(() => RunAsync([One, broken]));

        Assert.Equal([1], await VersionsAsync());
        Assert.Null(await _database.ScalarAsync<string>("select to_regclass('half')::text"));
        Assert.Equal(1, await RunAsync([One, Two]));
    }

    [Fact]
    public async Task Run_ManyAtOnce_EachMigrationIsAppliedOnce()
    {
        var slow = new Migration(3, "slow", "create table three (id int); select pg_sleep(0.2)");

        var applied = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => RunAsync([One, Two, slow])));

        Assert.Equal(3, applied.Sum());
        Assert.Equal([1, 2, 3], await VersionsAsync());
    }

    [Fact]
    public async Task Run_Done_GivesTheLockBack()
    {
        await RunAsync([One]);

        Assert.Equal(0L, await _database.ScalarAsync<long>(
            "select count(*) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())"));
    }

    private Task<int> RunAsync(IReadOnlyList<Migration> migrations) =>
        new MigrationRunner(_database.DataSource, NullLogger<MigrationRunner>.Instance).RunAsync(migrations, CancellationToken.None);

    private Task<IReadOnlyList<int>> VersionsAsync() =>
        _database.ColumnAsync<int>("select version from schema_migrations order by version");

    private Task<IReadOnlyList<string>> CatalogueAsync() => _database.ColumnAsync<string>(
        """
        select table_name || '.' || column_name || ':' || data_type || ':' || coalesce(column_default, '')
        from information_schema.columns where table_schema = 'public'
        union all
        select indexdef from pg_indexes where schemaname = 'public'
        order by 1
        """);
}
