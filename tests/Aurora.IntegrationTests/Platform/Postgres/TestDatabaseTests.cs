using Aurora.TestKit.Postgres;
using Xunit;

namespace Aurora.IntegrationTests.Platform.Postgres;

public sealed class TestDatabaseTests
{
    [Fact]
    public async Task Create_TwoDatabases_DoNotSeeEachOther()
    {
        await using var first = await TestDatabase.CreateAsync();
        await using var second = await TestDatabase.CreateAsync();

        await first.ExecuteAsync("create table only_here (id int)");

        Assert.Null(await second.ScalarAsync<string>("select to_regclass('only_here')::text"));
        Assert.Equal("only_here", await first.ScalarAsync<string>("select to_regclass('only_here')::text"));
    }

    [Fact]
    public async Task Create_NotMigrated_IsEmpty()
    {
        await using var database = await TestDatabase.CreateAsync(migrated: false);

        Assert.Equal(0L, await database.ScalarAsync<long>("select count(*) from pg_class where relnamespace = 'public'::regnamespace"));
    }

    [Fact]
    public async Task Server_Durability_IsOn()
    {
        await using var database = await TestDatabase.CreateAsync();

        Assert.Equal("on", await database.ScalarAsync<string>("select current_setting('fsync')"));
    }
}
