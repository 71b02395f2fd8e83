using Aurora.Functions.Platform.Postgres;
using Aurora.TestKit.Postgres;
using Npgsql;
using Xunit;

namespace Aurora.IntegrationTests.Platform.Postgres;

/// <summary>What only a real server can show: one commit for many, a refused row alone, deadlocks, a server that dies.</summary>
public sealed class BatchingWriterDatabaseTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>
{
    private const string InsertSql = "insert into written (id, note) select * from unnest($1::int[], $2::jsonb[])";

    [Fact]
    public async Task Write_ManyCallers_ShareCommitsAndEveryRowIsThere()
    {
        const int rows = 2000;
        await CreateTableAsync("written");
        await using var writer = NewWriter(fixture.Database.DataSource);
        var before = await TransactionsAsync();

        await Task.WhenAll(Enumerable.Range(0, rows).Select(i => Task.Run(async () => await writer.WriteAsync((i, "{}"), CancellationToken.None))));

        Assert.Equal((long)rows, await fixture.Database.ScalarAsync<long>("select count(*) from written"));
        Assert.InRange(await TransactionsAsync() - before, 1, rows / 2);
    }

    [Fact]
    public async Task Write_OneRowTheDatabaseRefuses_ItsNeighboursAreStored()
    {
        await CreateTableAsync("written");
        await using var writer = NewWriter(fixture.Database.DataSource);

        var all = Enumerable.Range(0, 50)
            .Select(i => writer.WriteAsync((i, i == 25 ? "{\"nul\":\"\\u0000\"}" : "{}"), CancellationToken.None).AsTask())
            .ToArray();

        var refused = await Assert.ThrowsAsync<PostgresException>(() => all[25]);
        Assert.Equal(PostgresErrorCodes.UntranslatableCharacter, refused.SqlState);
        await Task.WhenAll(all.Where((_, i) => i != 25));
        Assert.Equal(49L, await fixture.Database.ScalarAsync<long>("select count(*) from written"));
    }

    [Fact]
    public async Task Write_Deadlocks_AreRunAgainUntilEveryCallerHasItsOutcome()
    {
        await fixture.Database.ExecuteAsync("drop table if exists counters; create table counters as select id, 0 as n from generate_series(1, 2) id");
        await using var up = NewCounter([1, 2]);
        await using var down = NewCounter([2, 1]);

        await Task.WhenAll(Enumerable.Range(0, 20).SelectMany(_ => new[] { up, down }).Select(
            writer => Task.Run(async () => await writer.WriteAsync(1, CancellationToken.None))));

        Assert.Equal([40, 40], await fixture.Database.ColumnAsync<int>("select n from counters order by id"));
    }

    [Fact]
    public async Task Write_ServerDies_CallersFailAsUnavailableAndLaterOnesSucceed()
    {
        await using var server = await PrivatePostgres.StartAsync();
        await using var database = AuroraDataSource.Create(new PostgresOptions { ConnectionString = server.ConnectionString });
        await using (var create = database.CreateCommand("create table written (id int, note jsonb)"))
        {
            await create.ExecuteNonQueryAsync();
        }

        await using var writer = NewWriter(database);
        await writer.WriteAsync((1, "{}"), CancellationToken.None);
        await server.CrashAsync();

        var all = Enumerable.Range(2, 20).Select(i => writer.WriteAsync((i, "{}"), CancellationToken.None).AsTask()).ToArray();

        foreach (var pending in all)
        {
            Assert.True(PostgresFailures.IsUnavailable(await Assert.ThrowsAnyAsync<Exception>(() => pending)));
        }

        await server.RestartAsync();
        await writer.WriteAsync((99, "{}"), CancellationToken.None);
        await using var count = database.CreateCommand("select count(*) from written");
        Assert.Equal(2L, await count.ExecuteScalarAsync());
    }

    private static BatchingWriter<(int Id, string Note), bool> NewWriter(NpgsqlDataSource database) => new("test", new(), async (items, cancellation) =>
    {
        await using var command = database.CreateCommand(InsertSql);
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. items.Select(i => i.Id)] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. items.Select(i => i.Note)] });
        await command.ExecuteNonQueryAsync(cancellation);
        return [.. items.Select(_ => true)];
    });

    private BatchingWriter<int, bool> NewCounter(int[] order) => new(
        "test",
        new() { MaxBatch = 1, ConflictRetries = 100 },
        async (_, cancellation) =>
        {
            await using var connection = await fixture.Database.DataSource.OpenConnectionAsync(cancellation);
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            foreach (var id in order)
            {
                await using var command = new NpgsqlCommand("update counters set n = n + 1 where id = $1", connection, transaction);
                command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = id });
                await command.ExecuteNonQueryAsync(cancellation);
            }

            await transaction.CommitAsync(cancellation);
            return [true];
        });

    private Task<int> CreateTableAsync(string name) =>
        fixture.Database.ExecuteAsync($"drop table if exists {name}; create table {name} (id int, note jsonb)");

    private Task<long> TransactionsAsync() => fixture.Database.ScalarAsync<long>("select txid_current()");
}
