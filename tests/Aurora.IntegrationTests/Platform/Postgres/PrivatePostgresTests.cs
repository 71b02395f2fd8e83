using Aurora.TestKit.Postgres;
using Npgsql;
using Xunit;

namespace Aurora.IntegrationTests.Platform.Postgres;

public sealed class PrivatePostgresTests
{
    [Fact]
    public async Task Crash_CommittedRows_AreThereAfterRestart()
    {
        await using var server = await PrivatePostgres.StartAsync();
        await using var database = NpgsqlDataSource.Create(server.ConnectionString);
        await using (var command = database.CreateCommand("create table kept as select 7 as id"))
        {
            await command.ExecuteNonQueryAsync();
        }

        await server.CrashAsync();
        await server.RestartAsync();

        database.Clear();
        await using var read = database.CreateCommand("select id from kept");
        Assert.Equal(7, await read.ExecuteScalarAsync());
        Assert.Equal(1, await server.TerminateBackendsAsync());
    }
}
