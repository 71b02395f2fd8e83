// One thing: an engine at its limits and across restarts, run on every store.
using System.Globalization;
using Aurora.LocalRuntime.Durable;
using Aurora.LocalRuntime.Durable.Engine;
using Aurora.LocalRuntime.Durable.Storage;
using Aurora.LocalRuntime.Testing;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Xunit;

namespace Aurora.TestKit.Durable;

/// <summary>Bounded memory, back-pressure, restarts, changed code, failing writes.</summary>
public abstract class EngineLimits : IDisposable
{
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromSeconds(40));

    private CancellationToken Deadline => _deadline.Token;

    [Fact]
    public async Task Restart_WithChangedCode_FailsTheInstanceNamingTheStep()
    {
        var (open, hub) = NewHub();
        await using (var before = await StartAsync(open(), hub, Register(context => context.CallActivityAsync<string>("First"))))
        {
            await before.Client.ScheduleNewOrchestrationInstanceAsync("Changing", new StartOrchestrationOptions("it"), Deadline);
            await Eventually.BecomesTrueAsync(
                async () => (await before.GetHistoryAsync("it")).Any(entry => entry.Kind == "TaskCompleted"), "the activity's answer is in the history");
        }

        await using var after = await StartAsync(open(), hub, Register(context => context.CallActivityAsync<string>("Second")));
        await after.Client.RaiseEventAsync("it", "go", "x", Deadline);
        var instance = await after.Client.WaitForInstanceCompletionAsync("it", getInputsAndOutputs: true, Deadline);

        Assert.Equal(OrchestrationRuntimeStatus.Failed, instance.RuntimeStatus);
        Assert.Contains("step 0 was recorded as activity 'First' (#0), but the current code asks for activity 'Second' (#0)", instance.FailureDetails!.ErrorMessage, StringComparison.Ordinal);

        static Action<DurableTaskRegistry> Register(Func<TaskOrchestrationContext, Task<string>> step) => tasks => tasks
            .AddOrchestratorFunc("Changing", async context =>
            {
                await step(context);
                return await context.WaitForExternalEvent<string>("go");
            })
            .AddActivityFunc("First", _ => "1")
            .AddActivityFunc("Second", _ => "2");
    }

    [Fact]
    public async Task Restart_RunsActivitiesAgainThatHadNoAnswer()
    {
        var (open, hub) = NewHub();
        var runs = 0;
        using var hold = new SemaphoreSlim(0);
        Action<DurableTaskRegistry> tasks = registry => registry
            .AddOrchestratorFunc("Calls", context => context.CallActivityAsync<int>("Slow"))
            .AddActivityFunc("Slow", async (TaskActivityContext _) =>
            {
                if (Interlocked.Increment(ref runs) == 1)
                {
                    await hold.WaitAsync(TimeSpan.FromMinutes(1));
                }

                return 5;
            });
        var crash = new CrashAt(2, afterwards: false);
        await using (var first = await StartAsync(open(), hub, tasks, crash: crash))
        {
            await first.Client.ScheduleNewOrchestrationInstanceAsync("Calls", new StartOrchestrationOptions("it"), Deadline);
            await Eventually.BecomesTrueAsync(() => Task.FromResult(Volatile.Read(ref runs) == 1), "the activity runs");
            hold.Release();
            await Eventually.BecomesTrueAsync(() => Task.FromResult(crash.HasFired), "the engine has crashed");
        }

        await using var second = await StartAsync(open(), hub, tasks);
        var instance = await second.Client.WaitForInstanceCompletionAsync("it", getInputsAndOutputs: true, Deadline);

        Assert.Equal(5, instance.ReadOutputAs<int>());
        Assert.Equal(2, runs);
    }

    [Fact]
    public async Task Stop_LetsARunningActivityFinishAndKeepsItsAnswer()
    {
        var (open, hub) = NewHub();
        var runs = 0;
        using var running = new SemaphoreSlim(0);
        using var hold = new SemaphoreSlim(0);
        Action<DurableTaskRegistry> tasks = registry => registry
            .AddOrchestratorFunc("Calls", async context =>
            {
                await context.CallActivityAsync("Slow");
                return await context.WaitForExternalEvent<string>("go");
            })
            .AddActivityFunc("Slow", async (TaskActivityContext _) =>
            {
                Interlocked.Increment(ref runs);
                running.Release();
                await hold.WaitAsync(TimeSpan.FromMinutes(1));
            });
        await using (var first = await StartAsync(open(), hub, tasks))
        {
            await first.Client.ScheduleNewOrchestrationInstanceAsync("Calls", new StartOrchestrationOptions("it"), Deadline);
            await running.WaitAsync(Deadline);
            var stopping = first.DisposeAsync();
            hold.Release();
            await stopping;
        }

        await using var second = await StartAsync(open(), hub, tasks);
        await second.Client.RaiseEventAsync("it", "go", "on", Deadline);
        var instance = await second.Client.WaitForInstanceCompletionAsync("it", getInputsAndOutputs: true, Deadline);

        Assert.Equal("on", instance.ReadOutputAs<string>());
        Assert.Equal(1, runs);
    }

    [Fact]
    public async Task Start_AboveTheLimit_WaitsForRoom()
    {
        var (open, hub) = NewHub();
        using var hold = new SemaphoreSlim(0);
        await using var host = await StartAsync(
            open(),
            hub,
            tasks => tasks.AddOrchestratorFunc("Calls", context => context.CallActivityAsync("Hold")).AddActivityFunc("Hold", (TaskActivityContext _) => hold.WaitAsync(TimeSpan.FromMinutes(1))),
            options => options.MaxActiveInstances = 3);
        var starts = Enumerable.Range(0, 10).Select(i => host.Client.ScheduleNewOrchestrationInstanceAsync("Calls", new StartOrchestrationOptions($"s{i}"), Deadline)).ToArray();
        await Eventually.BecomesTrueAsync(() => Task.FromResult(starts.Count(start => start.IsCompleted) == 3), "three starts are through");
        var active = host.Engine.ActiveInstances;

        hold.Release(10);
        await Task.WhenAll(starts);
        foreach (var start in starts)
        {
            await host.Client.WaitForInstanceCompletionAsync(await start, Deadline);
        }

        Assert.Equal(3, active);
    }

    [Fact]
    public async Task Children_ManyMoreThanTheLimit_AllRunWithoutBlockingTheirParent()
    {
        var (open, hub) = NewHub();
        await using var host = await StartAsync(
            open(),
            hub,
            tasks => tasks
                .AddOrchestratorFunc("Parent", async context => (await Task.WhenAll(Enumerable.Range(0, 120).Select(i => context.CallSubOrchestratorAsync<int>("Child", i)))).Sum())
                .AddOrchestratorFunc<int, int>("Child", (context, n) => context.CallActivityAsync<int>("Same", n))
                .AddActivityFunc<int, int>("Same", (_, n) => n),
            options => options.MaxActiveInstances = 4);

        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Parent");
        var instance = await host.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, Deadline);

        Assert.Equal(7_140, instance.ReadOutputAs<int>());
    }

    [Fact]
    public async Task IdleInstances_AboveTheLimit_LeaveMemoryAndComeBack()
    {
        var (open, hub) = NewHub();
        await using var host = await StartAsync(
            open(), hub, tasks => tasks.AddOrchestratorFunc("Waits", context => context.WaitForExternalEvent<int>("n")), options => options.MaxResidentInstances = 10);
        string[] ids = [.. Enumerable.Range(0, 100).Select(i => $"w{i}")];
        await Task.WhenAll(ids.Select(id => host.Client.ScheduleNewOrchestrationInstanceAsync("Waits", new StartOrchestrationOptions(id), Deadline)));
        await Eventually.BecomesTrueAsync(() => Task.FromResult(host.Engine.ResidentInstances <= 10), "idle instances have left memory");

        await Task.WhenAll(ids.Select((id, i) => host.Client.RaiseEventAsync(id, "n", i, Deadline)));
        var ended = await Task.WhenAll(ids.Select(id => host.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, Deadline)));

        Assert.Equal(Enumerable.Range(0, 100), ended.Select(instance => instance.ReadOutputAs<int>()));
    }

    [Fact]
    public async Task Timers_ManyMoreThanTheWindow_AllRing()
    {
        var (open, hub) = NewHub();
        var clock = new Time.ManualTimeProvider();
        await using var host = await StartAsync(
            open(),
            hub,
            tasks => tasks.AddOrchestratorFunc<int, int>("Sleeps", async (context, minutes) =>
            {
                await context.CreateTimer(TimeSpan.FromMinutes(minutes), CancellationToken.None);
                return minutes;
            }),
            options => options.MaxTimersInMemory = 8,
            clock);
        await Task.WhenAll(Enumerable.Range(1, 60).Select(i => host.Client.ScheduleNewOrchestrationInstanceAsync("Sleeps", i, new StartOrchestrationOptions($"t{i}"), Deadline)));

        clock.Advance(TimeSpan.FromMinutes(60));
        var ended = await Task.WhenAll(Enumerable.Range(1, 60).Select(i => host.Client.WaitForInstanceCompletionAsync($"t{i}", getInputsAndOutputs: true, Deadline)));

        Assert.All(ended, instance => Assert.Equal(OrchestrationRuntimeStatus.Completed, instance.RuntimeStatus));
    }

    [Fact]
    public async Task Restart_WithEverythingUnfinished_FinishesIt()
    {
        var (open, hub) = NewHub();
        Action<DurableTaskRegistry> tasks = registry => registry
            .AddOrchestratorFunc<int, int>("Parent", (context, n) => context.CallSubOrchestratorAsync<int>("Child", n))
            .AddOrchestratorFunc<int, int>("Child", async (context, n) =>
            {
                await context.CreateTimer(TimeSpan.FromMilliseconds(1), CancellationToken.None);
                return await context.CallActivityAsync<int>("Same", n);
            })
            .AddActivityFunc<int, int>("Same", (_, n) => n);
        var accepted = new List<int>();
        await using (var first = await StartAsync(open(), hub, tasks, crash: new CrashAt(12, afterwards: true)))
        {
            await Parallel.ForEachAsync(Enumerable.Range(0, 200), Deadline, async (i, token) =>
            {
                try
                {
                    await first.Client.ScheduleNewOrchestrationInstanceAsync("Parent", i, new StartOrchestrationOptions($"p{i}"), token);
                    lock (accepted)
                    {
                        accepted.Add(i);
                    }
                }
                catch (Exception crashed) when (crashed is not OperationCanceledException || !token.IsCancellationRequested)
                {
                    // Not acknowledged: it may or may not be there.
                }
            });
        }

        await using var second = await StartAsync(open(), hub, tasks, options => options.MaxActiveInstances = 5);
        foreach (var i in accepted)
        {
            var instance = await second.Client.WaitForInstanceCompletionAsync(string.Create(CultureInfo.InvariantCulture, $"p{i}"), getInputsAndOutputs: true, Deadline);
            Assert.Equal(i, instance.ReadOutputAs<int>());
        }
    }

    public void Dispose() => _deadline.Dispose();

    private protected abstract (Func<IInstanceStore> Open, string Hub) NewHub();

    private static Task<DurableTaskTestHost> StartAsync(
        IInstanceStore store,
        string hub,
        Action<DurableTaskRegistry> tasks,
        Action<DurableEngineOptions>? configure = null,
        TimeProvider? clock = null,
        IEngineCrashPoints? crash = null)
    {
        var options = new DurableTaskTestHostOptions { EvictAfterEveryStep = false, HubName = hub, TimeProvider = clock };
        IEngineCrashPoints? Configure(DurableEngineOptions engine)
        {
            configure?.Invoke(engine);
            return crash;
        }

        return DurableTaskTestHost.StartAsync(tasks, options, store, Configure, CancellationToken.None);
    }
}
