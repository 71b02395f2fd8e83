using Aurora.LocalRuntime.Durable.Storage;
using Aurora.LocalRuntime.Durable.Storage.Postgres;
using Aurora.LocalRuntime.Testing;
using Aurora.TestKit;
using Aurora.TestKit.Durable;
using Aurora.TestKit.Postgres;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Xunit;

namespace Aurora.IntegrationTests.LocalRuntime.Durable;

public sealed class PostgresEngineLimitTests(DatabaseFixture fixture) : EngineLimits, IClassFixture<DatabaseFixture>
{
    [Fact]
    public async Task Start_WhileAnotherEngineHasTheHub_SaysWho()
    {
        var options = new DurableTaskTestHostOptions { DataSource = fixture.Database.DataSource, HubName = "Shared" };
        await using var first = await DurableTaskTestHost.StartAsync(AddWait, options);

        var refused = await Assert.ThrowsAsync<HubTakenException>(() => DurableTaskTestHost.StartAsync(AddWait, options));

        Assert.Contains($"process {Environment.ProcessId} on {Environment.MachineName}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sessions_TerminatedAgainAndAgain_LoseNothing()
    {
        await using var database = await TestDatabase.CreateAsync(migrated: false);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await using var host = await DurableTaskTestHost.StartAsync(
            tasks => tasks
                .AddOrchestratorFunc<int, int>("Chain", async (context, n) =>
                {
                    for (var i = 0; i < 5; i++)
                    {
                        n = await context.CallActivityAsync<int>("Next", n);
                    }

                    return n;
                })
                .AddActivityFunc<int, int>("Next", (_, n) => n + 1),
            new DurableTaskTestHostOptions { DataSource = database.DataSource, EvictAfterEveryStep = false });
        var work = Parallel.ForEachAsync(Enumerable.Range(0, 300), deadline.Token, async (i, token) =>
        {
            var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Chain", i, token);
            var ended = await host.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, token);
            Assert.Equal(i + 5, ended.ReadOutputAs<int>());
        });

        for (var i = 0; i < 5 && !work.IsCompleted; i++)
        {
            await using var outside = new Npgsql.NpgsqlConnection(database.ConnectionString);
            await outside.OpenAsync(deadline.Token);
            await using var kill = new Npgsql.NpgsqlCommand(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()", outside);
            await kill.ExecuteScalarAsync(deadline.Token);
        }

        await work;
        Assert.Equal(300, await database.ScalarAsync<long>("SELECT count(*) FROM aurora_local.instances WHERE status = 1"));
    }

    [Fact]
    public async Task Lease_WhoseOldSessionTheServerStillHolds_IsNotALoss()
    {
        await using var database = await TestDatabase.CreateAsync(migrated: false);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var options = new DurableTaskTestHostOptions { DataSource = database.DataSource, HubName = "Kept" };
        await using var host = await DurableTaskTestHost.StartAsync(AddWait, options);

        // What the server sees when a connection breaks on one side only: another session has the lock, nobody else has become owner.
        await using var stale = new Npgsql.NpgsqlConnection(new Npgsql.NpgsqlConnectionStringBuilder(database.ConnectionString) { Pooling = false }.ConnectionString);
        await stale.OpenAsync(deadline.Token);
        await using var steal = new Npgsql.NpgsqlCommand(
            """
            SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
            WHERE l.locktype = 'advisory' AND d.datname = current_database() AND l.classid = $1;
            """,
            stale)
        { Parameters = { new() { Value = (uint)StoreSchema.HubLock, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Oid } } };
        await steal.ExecuteNonQueryAsync(deadline.Token);
        await using var take = new Npgsql.NpgsqlCommand("SELECT pg_advisory_lock($1, hub) FROM aurora_local.hubs WHERE name = 'Kept'", stale)
        {
            Parameters = { new() { Value = StoreSchema.HubLock } },
        };
        await take.ExecuteNonQueryAsync(deadline.Token);
        await using var asked = new Npgsql.NpgsqlCommand(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE 'SELECT owner FROM aurora_local.hubs%'",
            stale);
        await Eventually.BecomesTrueAsync(
            async () => await asked.ExecuteScalarAsync(deadline.Token) is > 0L,
            "the lease is asked for again and compared with the owner",
            TimeSpan.FromSeconds(20));

        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Wait", deadline.Token);
        await host.Client.RaiseEventAsync(id, "x", "y", deadline.Token);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await host.Client.WaitForInstanceCompletionAsync(id, deadline.Token)).RuntimeStatus);
    }

    private protected override (Func<IInstanceStore> Open, string Hub) NewHub() =>
        (() => new PostgresInstanceStore(fixture.Database.DataSource), $"hub-{Guid.CreateVersion7():N}");

    private static void AddWait(DurableTaskRegistry tasks) => tasks.AddOrchestratorFunc("Wait", context => context.WaitForExternalEvent<string>("x"));
}
