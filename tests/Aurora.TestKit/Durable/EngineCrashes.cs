using Aurora.LocalRuntime.Durable;
using Aurora.LocalRuntime.Durable.Engine;
using Aurora.LocalRuntime.Durable.Storage;
using Aurora.LocalRuntime.Testing;
using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Xunit;

namespace Aurora.TestKit.Durable;

/// <summary>An engine killed at each of its commits in turn: after a restart on the same store everything comes to its one right end.</summary>
public abstract class EngineCrashes
{
    private const int MoreCommitsThanThereAre = 60;

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task Crash_AtEveryCommit_ComesToTheSameEnd(bool afterwards, bool replaysEveryTurn)
    {
        var crashes = 0;
        for (var commit = 1; commit <= MoreCommitsThanThereAre; commit++)
        {
            var hub = $"crash-{Guid.CreateVersion7():N}";
            var open = NewHub();
            var crash = new CrashAt(commit, afterwards);
            await using (var first = await StartAsync(open(), hub, replaysEveryTurn, crash))
            {
                await TryDriveAsync(first);
            }

            if (!crash.HasFired)
            {
                break;
            }

            crashes++;
            await using var second = await StartAsync(open(), hub, replaysEveryTurn, null);
            var instance = await DriveAsync(second);

            Assert.Equal(OrchestrationRuntimeStatus.Completed, instance.RuntimeStatus);
            Assert.Equal("first,second,child,word,2", instance.ReadOutputAs<string>());
        }

        Assert.InRange(crashes, 5, MoreCommitsThanThereAre - 1);
    }

    /// <summary>What stores of one hub are opened with: each call of the returned function gives another store on the same data.</summary>
    private protected abstract Func<IInstanceStore> NewHub();

    private static async Task<DurableTaskTestHost> StartAsync(IInstanceStore store, string hub, bool replaysEveryTurn, CrashAt? crash)
    {
        var options = new DurableTaskTestHostOptions { EvictAfterEveryStep = replaysEveryTurn, HubName = hub };
        IEngineCrashPoints? Configure(DurableEngineOptions engine)
        {
            engine.CommitLanes = 1;
            return crash;
        }

        return await DurableTaskTestHost.StartAsync(AddTasks, options, store, Configure, CancellationToken.None);
    }

    private static void AddTasks(DurableTaskRegistry tasks) => tasks
        .AddOrchestratorFunc<int, string>("Main", async (context, generation) =>
        {
            if (generation == 1)
            {
                await context.CreateTimer(TimeSpan.FromMilliseconds(1), CancellationToken.None);
                context.ContinueAsNew(2);
                return "";
            }

            var parts = new List<string>(await Task.WhenAll(context.CallActivityAsync<string>("Say", "first"), context.CallActivityAsync<string>("Say", "second")))
            {
                await context.CallSubOrchestratorAsync<string>("Child", "child"),
                await context.WaitForExternalEvent<string>("word"),
                generation.ToString(System.Globalization.CultureInfo.InvariantCulture),
            };
            return string.Join(',', parts);
        })
        .AddOrchestratorFunc<string, string>("Child", async (context, word) =>
        {
            await context.CreateTimer(TimeSpan.FromMilliseconds(1), CancellationToken.None);
            return await context.CallActivityAsync<string>("Say", word);
        })
        .AddActivityFunc<string, string>("Say", (_, word) => word);

    private static async Task TryDriveAsync(DurableTaskTestHost host)
    {
        try
        {
            await DriveAsync(host);
        }
        catch (Exception crashed) when (crashed is not TimeoutException)
        {
            // The engine was killed under its caller: what it acknowledged before is what the second engine must know.
        }
    }

    private static async Task<OrchestrationMetadata> DriveAsync(DurableTaskTestHost host)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var once = new StartOrchestrationOptions("main").WithDedupeStatuses([.. StartOrchestrationOptionsExtensions.ValidDedupeStatuses]);
        try
        {
            await host.Client.ScheduleNewOrchestrationInstanceAsync("Main", 1, once, deadline.Token);
        }
        catch (OrchestrationAlreadyExistsException)
        {
            // Started before the crash.
        }

        await host.Client.RaiseEventAsync("main", "word", "word", deadline.Token);
        return await host.Client.WaitForInstanceCompletionAsync("main", getInputsAndOutputs: true, deadline.Token);
    }
}
