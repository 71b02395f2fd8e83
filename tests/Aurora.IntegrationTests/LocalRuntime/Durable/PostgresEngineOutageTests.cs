using System.Collections.Concurrent;
using Aurora.LocalRuntime.Testing;
using Aurora.TestKit;
using Aurora.TestKit.Postgres;
using Microsoft.DurableTask;
using Npgsql;
using Xunit;

namespace Aurora.IntegrationTests.LocalRuntime.Durable;

/// <summary>The server is stopped with <c>-m immediate</c> under a running engine and started again, several times.</summary>
[Trait("Campaign", "Outage")]
public sealed class PostgresEngineOutageTests
{
    private const int Instances = 150;
    private const int Outages = 3;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(100);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Server_StoppedImmediatelyAndStartedAgain_EverythingEndsOnce(bool replaysEveryTurn)
    {
        await using var server = await PrivatePostgres.StartAsync();
        await using var database = NpgsqlDataSource.Create(server.ConnectionString);
        var runs = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        using var limit = new CancellationTokenSource(Limit);
        var waves = Enumerable.Range(0, Outages).Select(static _ => new TaskCompletionSource()).ToArray();
        await using (var host = await DurableTaskTestHost.StartAsync(
            tasks => AddTasks(tasks, runs), new DurableTaskTestHostOptions { DataSource = database, EvictAfterEveryStep = replaysEveryTurn }, limit.Token))
        {
            var work = Parallel.ForEachAsync(
                Enumerable.Range(0, Instances),
                new ParallelOptions { MaxDegreeOfParallelism = 25, CancellationToken = limit.Token },
                async (number, token) =>
                {
                    await waves[number * Outages / Instances].Task.WaitAsync(token);
                    await DriveAsync(host, number, token);
                });
            for (var outage = 0; outage < Outages; outage++)
            {
                // Each outage comes when the first steps of a further part of the work are done, so that there is work under way.
                var before = runs.Count;
                waves[outage].SetResult();
                await Eventually.BecomesTrueAsync(() => runs.Count > before + 20, "work goes on", TimeSpan.FromSeconds(60));
                await server.CrashAsync();
                await server.RestartAsync();
            }

            await work;
        }

        // The process lived on: what ran is known to it, whatever the server knew, so nothing runs twice.
        Assert.Equal(Instances * 4, runs.Count);
        Assert.All(runs, static run => Assert.Equal(1, run.Value));
        Assert.Equal(Instances * 2, await CountAsync(database, "aurora_local.instances WHERE status = 1"));
        Assert.Equal(0, await CountAsync(database, "aurora_local.instances WHERE status <> 1"));
        Assert.Equal(0, await CountAsync(database, "aurora_local.inbox"));
        Assert.Equal(0, await CountAsync(database, "aurora_local.timers"));
    }

    private static void AddTasks(DurableTaskRegistry tasks, ConcurrentDictionary<string, int> runs) => tasks
        .AddOrchestratorFunc<string, string>("Main", async (context, id) =>
        {
            var both = await Task.WhenAll(context.CallActivityAsync<string>("Do", id + ".a"), context.CallActivityAsync<string>("Do", id + ".b"));
            await context.CreateTimer(TimeSpan.FromMilliseconds(30), CancellationToken.None);
            var child = await context.CallSubOrchestratorAsync<string>("Child", id);
            var word = await context.WaitForExternalEvent<string>("word");
            var last = await context.CallActivityAsync<string>("Do", id + ".d");
            return string.Join(' ', [.. both, child, word, last]);
        })
        .AddOrchestratorFunc<string, string>("Child", async (context, id) =>
        {
            await context.CreateTimer(TimeSpan.FromMilliseconds(10), CancellationToken.None);
            return await context.CallActivityAsync<string>("Do", id + ".c");
        })
        .AddActivityFunc<string, string>("Do", (_, step) =>
        {
            runs.AddOrUpdate(step, 1, static (_, times) => times + 1);
            return step;
        });

    private static async Task DriveAsync(DurableTaskTestHost host, int number, CancellationToken cancellation)
    {
        var id = FormattableString.Invariant($"i{number}");
        await host.Client.ScheduleNewOrchestrationInstanceAsync("Main", id, new StartOrchestrationOptions(id), cancellation);
        await host.Client.RaiseEventAsync(id, "word", "word", cancellation);
        var ended = await host.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, cancellation);
        Assert.Equal($"{id}.a {id}.b {id}.c word {id}.d", ended.ReadOutputAs<string>());
    }

    private static async Task<long> CountAsync(NpgsqlDataSource database, string from)
    {
        await using var command = database.CreateCommand($"SELECT count(*) FROM {from}");
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
