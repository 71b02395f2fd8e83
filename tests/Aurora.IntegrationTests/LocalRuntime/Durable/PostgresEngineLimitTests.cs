using Aurora.LocalRuntime.Durable.Storage;
using Aurora.LocalRuntime.Durable.Storage.Postgres;
using Aurora.LocalRuntime.Testing;
using Aurora.TestKit.Durable;
using Aurora.TestKit.Postgres;
using Microsoft.DurableTask;
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

    private protected override (Func<IInstanceStore> Open, string Hub) NewHub() =>
        (() => new PostgresInstanceStore(fixture.Database.DataSource), $"hub-{Guid.CreateVersion7():N}");

    private static void AddWait(DurableTaskRegistry tasks) => tasks.AddOrchestratorFunc("Wait", context => context.WaitForExternalEvent<string>("x"));
}
