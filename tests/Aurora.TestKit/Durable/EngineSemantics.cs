// One thing: what an engine must do whatever the store and whether it replays every turn.
using Aurora.LocalRuntime.Testing;
using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Xunit;

namespace Aurora.TestKit.Durable;

/// <summary>The engine's basic promises, run on every store, with and without a replay before every turn.</summary>
public abstract class EngineSemantics : IDisposable
{
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromSeconds(30));

    protected CancellationToken Deadline => _deadline.Token;

    [Fact]
    public async Task Run_ActivitiesInParallelThenOne_ReturnsTheirResults()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<int, int>("Sum", async (context, input) =>
            {
                var both = await Task.WhenAll(context.CallActivityAsync<int>("Double", input), context.CallActivityAsync<int>("Double", input + 1));
                return await context.CallActivityAsync<int>("Double", both.Sum());
            })
            .AddActivityFunc<int, int>("Double", (_, input) => input * 2));

        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Sum", 3);
        var instance = await host.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, Deadline);

        Assert.Equal(OrchestrationRuntimeStatus.Completed, instance.RuntimeStatus);
        Assert.Equal(28, instance.ReadOutputAs<int>());
    }

    [Fact]
    public async Task Run_ThousandActivitiesAtOnce_FansInAll()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<int, int>("Fan", async (context, width) =>
                (await Task.WhenAll(Enumerable.Range(0, width).Select(i => context.CallActivityAsync<int>("Same", i)))).Sum())
            .AddActivityFunc<int, int>("Same", (_, input) => input));

        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Fan", 1_000);
        var instance = await host.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, Deadline);

        Assert.Equal(499_500, instance.ReadOutputAs<int>());
    }

    [Fact]
    public async Task Timer_ThirtyDays_RunsAtOnceWhenTheClockMovesOn()
    {
        var clock = new Time.ManualTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var host = await StartAsync(
            tasks => tasks.AddOrchestratorFunc("Sleep", async context =>
            {
                await context.CreateTimer(TimeSpan.FromDays(30), CancellationToken.None);
                return context.CurrentUtcDateTime;
            }),
            options => options.TimeProvider = clock);
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Sleep");

        clock.Advance(TimeSpan.FromDays(30));
        var instance = await host.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, Deadline);

        Assert.Equal(new DateTime(2026, 1, 31, 0, 0, 0, DateTimeKind.Utc), instance.ReadOutputAs<DateTime>());
    }

    [Fact]
    public async Task Timer_Cancelled_KeepsNothingAlive()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc("Cancel", context =>
        {
            using var cancel = new CancellationTokenSource();
            var timer = context.CreateTimer(TimeSpan.FromDays(1), cancel.Token);
            cancel.Cancel();
            return timer.IsCanceled;
        }));

        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Cancel");
        var instance = await host.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, Deadline);

        Assert.True(instance.ReadOutputAs<bool>());
    }

    [Fact]
    public async Task Timer_StillOpenWhenTheCodeReturns_KeepsTheInstanceRunningUntilItIsDue()
    {
        var clock = new Time.ManualTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var host = await StartAsync(
            tasks => tasks.AddOrchestratorFunc("Leaves", context =>
            {
                _ = context.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None);
                return "done";
            }),
            options => options.TimeProvider = clock);
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Leaves");
        var before = await host.Client.GetInstanceAsync(id, Deadline);

        clock.Advance(TimeSpan.FromHours(1));
        var after = await host.Client.WaitForInstanceCompletionAsync(id, Deadline);

        Assert.Equal(OrchestrationRuntimeStatus.Running, before!.RuntimeStatus);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, after.RuntimeStatus);
    }

    [Fact]
    public async Task ExternalEvents_BeforeTheWait_ComeInOrderWhateverTheCase()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc("Collect", async context =>
        {
            await context.WaitForExternalEvent<string>("go");
            var got = new List<int>();
            for (var i = 0; i < 5; i++)
            {
                got.Add(await context.WaitForExternalEvent<int>("Item"));
            }

            return got;
        }));
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Collect");
        for (var i = 0; i < 5; i++)
        {
            await host.Client.RaiseEventAsync(id, "ITEM", i);
        }

        await host.Client.RaiseEventAsync(id, "Go", "x");
        var instance = await host.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, Deadline);

        Assert.Equal([0, 1, 2, 3, 4], instance.ReadOutputAs<int[]>()!);
    }

    [Fact]
    public async Task ExternalEvent_WithTimeout_IsCancelledWhenItPasses()
    {
        var clock = new Time.ManualTimeProvider(DateTimeOffset.UnixEpoch);
        await using var host = await StartAsync(
            tasks => tasks.AddOrchestratorFunc("Wait", async context =>
            {
                try
                {
                    return await context.WaitForExternalEvent<string>("never", TimeSpan.FromMinutes(5));
                }
                catch (TaskCanceledException)
                {
                    return "timed out";
                }
            }),
            options => options.TimeProvider = clock);
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Wait");

        clock.Advance(TimeSpan.FromMinutes(5));
        var instance = await host.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, Deadline);

        Assert.Equal("timed out", instance.ReadOutputAs<string>());
    }

    [Fact]
    public async Task Retry_ByPolicy_TakesTwoTaskIdsPerAttempt()
    {
        var attempts = 0;
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Try", async context =>
            {
                try
                {
                    await context.CallActivityAsync("Fails", options: TaskOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.FromMilliseconds(1))));
                    return "";
                }
                catch (TaskFailedException failed)
                {
                    return failed.Message;
                }
            })
            .AddActivityFunc("Fails", (TaskActivityContext _) =>
            {
                Interlocked.Increment(ref attempts);
                throw new InvalidOperationException("no");
            }));

        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Try");
        var instance = await host.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, Deadline);

        Assert.Equal(3, attempts);
        Assert.Equal("Task 'Fails' (#4) failed with an unhandled exception: no", instance.ReadOutputAs<string>());
    }

    [Fact]
    public async Task SubOrchestration_ThatFails_FailsItsTaskWithItsFailure()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Parent", async context => await context.CallSubOrchestratorAsync<int>("Child", 1))
            .AddOrchestratorFunc<int, int>("Child", (context, _) => context.Parent is null ? 0 : throw new InvalidOperationException("child broke")));

        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Parent");
        var instance = await host.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, Deadline);

        Assert.Equal(OrchestrationRuntimeStatus.Failed, instance.RuntimeStatus);
        Assert.True(instance.FailureDetails!.IsCausedBy<TaskFailedException>());
        Assert.Equal(typeof(InvalidOperationException).FullName, instance.FailureDetails.InnerFailure!.ErrorType);
        Assert.Contains("child broke", instance.SerializedOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unregistered_ActivityAndChild_FailTheirTask_OrchestratorIsRefused()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc("Calls", async context =>
        {
            var failures = new List<string>();
            foreach (var call in new Func<Task>[] { () => context.CallActivityAsync("Nobody"), () => context.CallSubOrchestratorAsync("Nothing") })
            {
                try
                {
                    await call();
                }
                catch (TaskFailedException failed)
                {
                    failures.Add(failed.FailureDetails.ErrorType);
                }
            }

            return failures;
        }));

        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Calls");
        var instance = await host.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, Deadline);
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => host.Client.ScheduleNewOrchestrationInstanceAsync("Missing"));

        Assert.Equal(["ActivityTaskNotFound", "OrchestratorTaskNotFound"], instance.ReadOutputAs<string[]>()!);
        Assert.Contains("Missing", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ContinueAsNew_KeepsUnreadEventsInOrder()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc<List<int>, List<int>>("Loop", async (context, seen) =>
        {
            seen ??= [];
            seen.Add(await context.WaitForExternalEvent<int>("n"));
            await context.CreateTimer(TimeSpan.FromMilliseconds(2), CancellationToken.None);
            if (seen.Count < 10)
            {
                context.ContinueAsNew(seen);
            }

            return seen;
        }));
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Loop");
        for (var i = 0; i < 10; i++)
        {
            await host.Client.RaiseEventAsync(id, "n", i);
        }

        var instance = await host.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, Deadline);

        Assert.Equal(Enumerable.Range(0, 10), instance.ReadOutputAs<int[]>()!);
        Assert.True((await host.GetHistoryAsync(id)).Count < 20);
    }

    [Fact]
    public async Task ContinueAsNew_WithoutAnyAwait_MakesHundredGenerations()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc<int, int>("Count", (context, n) =>
        {
            if (n < 100)
            {
                context.ContinueAsNew(n + 1);
            }

            return n;
        }));

        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Count", 0);
        var instance = await host.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, Deadline);

        Assert.Equal(100, instance.ReadOutputAs<int>());
    }

    [Fact]
    public async Task Terminate_Recursive_EndsChildrenToo()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Parent", context => context.CallSubOrchestratorAsync("Child", options: new SubOrchestrationOptions(instanceId: "the-child")))
            .AddOrchestratorFunc("Child", context => context.WaitForExternalEvent<string>("never")));
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Parent");
        await host.Client.WaitForInstanceStartAsync("the-child", Deadline);

        await host.Client.TerminateInstanceAsync(id, new TerminateInstanceOptions { Output = "enough", Recursive = true }, Deadline);
        var parent = await host.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, Deadline);
        var child = await host.Client.WaitForInstanceCompletionAsync("the-child", Deadline);

        Assert.Equal(OrchestrationRuntimeStatus.Terminated, parent.RuntimeStatus);
        Assert.Equal("enough", parent.ReadOutputAs<string>());
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, child.RuntimeStatus);
    }

    [Fact]
    public async Task Suspend_BuffersUntilResumed()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc("Listen", context => context.WaitForExternalEvent<string>("word")));
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Listen");

        await host.Client.SuspendInstanceAsync(id, "pause", Deadline);
        await host.Client.RaiseEventAsync(id, "word", "hello");
        var suspended = await host.Client.GetInstanceAsync(id, Deadline);
        await host.Client.ResumeInstanceAsync(id, null, Deadline);
        var instance = await host.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, Deadline);

        Assert.Equal(OrchestrationRuntimeStatus.Suspended, suspended!.RuntimeStatus);
        Assert.Equal("hello", instance.ReadOutputAs<string>());
    }

    [Fact]
    public async Task Start_WithAnIdInUse_FollowsTheReusePolicy()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc<int, int>("Hold", async (context, n) =>
        {
            await context.WaitForExternalEvent<string>("end");
            return n;
        }));
        var all = new StartOrchestrationOptions("one").WithDedupeStatuses([.. StartOrchestrationOptionsExtensions.ValidDedupeStatuses]);
        await host.Client.ScheduleNewOrchestrationInstanceAsync("Hold", 1, all);

        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => host.Client.ScheduleNewOrchestrationInstanceAsync("Hold", 2, new StartOrchestrationOptions("one")));
        await host.Client.ScheduleNewOrchestrationInstanceAsync("Hold", 3, new StartOrchestrationOptions("one").WithDedupeStatuses(OrchestrationRuntimeStatus.Completed));
        await host.Client.RaiseEventAsync("one", "end", "x");
        var third = await host.Client.WaitForInstanceCompletionAsync("one", getInputsAndOutputs: true, Deadline);
        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => host.Client.ScheduleNewOrchestrationInstanceAsync("Hold", 4, all));

        Assert.Equal(3, third.ReadOutputAs<int>());
    }

    [Fact]
    public async Task Start_Delayed_IsPendingUntilItIsDueAndKeepsItsEvents()
    {
        var clock = new Time.ManualTimeProvider(DateTimeOffset.UnixEpoch);
        await using var host = await StartAsync(
            tasks => tasks.AddOrchestratorFunc("Later", context => context.WaitForExternalEvent<string>("early")), options => options.TimeProvider = clock);
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Later", new StartOrchestrationOptions(StartAt: clock.GetUtcNow().AddHours(2)));
        await host.Client.RaiseEventAsync(id, "early", "bird");
        var pending = await host.Client.GetInstanceAsync(id, Deadline);

        clock.Advance(TimeSpan.FromHours(2));
        var instance = await host.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, Deadline);

        Assert.Equal(OrchestrationRuntimeStatus.Pending, pending!.RuntimeStatus);
        Assert.Equal("bird", instance.ReadOutputAs<string>());
    }

    [Fact]
    public async Task Await_OfSomethingNonDurable_FailsTheInstance()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Delay", async _ => await Task.Delay(10))
            .AddOrchestratorFunc("DelayBesideEvent", async context => await Task.WhenAny(Task.Delay(10), context.WaitForExternalEvent<string>("never")))
            .AddOrchestratorFunc("Pool", async _ => await Task.Run(() => 1).ConfigureAwait(false)));

        foreach (var name in new[] { "Delay", "DelayBesideEvent", "Pool" })
        {
            var id = await host.Client.ScheduleNewOrchestrationInstanceAsync(name);
            var instance = await host.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, Deadline);

            Assert.Equal(OrchestrationRuntimeStatus.Failed, instance.RuntimeStatus);
            Assert.StartsWith("An invalid asynchronous invocation was detected", instance.FailureDetails!.ErrorMessage, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task SendEvent_ReachesTheOtherInstance()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Receiver", context => context.WaitForExternalEvent<string>("word"))
            .AddOrchestratorFunc<string, string>("Sender", (context, target) =>
            {
                context.SendEvent(target, "word", "from afar");
                return target;
            }));
        var receiver = await host.Client.ScheduleNewOrchestrationInstanceAsync("Receiver");

        await host.Client.ScheduleNewOrchestrationInstanceAsync("Sender", receiver);
        var instance = await host.Client.WaitForInstanceCompletionAsync(receiver, getInputsAndOutputs: true, Deadline);

        Assert.Equal("from afar", instance.ReadOutputAs<string>());
    }

    [Fact]
    public async Task List_ByPrefixAndPages_ThenPurge()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc("Nop", context =>
        {
            context.SetCustomStatus("seen");
            return context.InstanceId;
        }));
        for (var i = 0; i < 7; i++)
        {
            await host.Client.ScheduleNewOrchestrationInstanceAsync("Nop", i, new StartOrchestrationOptions($"list-{i}"));
            await host.Client.WaitForInstanceCompletionAsync($"list-{i}", Deadline);
        }

        await host.Client.ScheduleNewOrchestrationInstanceAsync("Nop", 0, new StartOrchestrationOptions("other"));
        await host.Client.WaitForInstanceCompletionAsync("other", Deadline);
        var pages = new List<Page<OrchestrationMetadata>>();
        await foreach (var page in host.Client.GetAllInstancesAsync(new OrchestrationQuery(InstanceIdPrefix: "list-", FetchInputsAndOutputs: true)).AsPages(pageSizeHint: 3))
        {
            pages.Add(page);
        }

        var purged = await host.Client.PurgeAllInstancesAsync(new PurgeInstancesFilter(Statuses: [OrchestrationRuntimeStatus.Completed]));

        Assert.Equal([3, 3, 1], pages.Select(page => page.Values.Count));
        Assert.Equal("seen", pages[0].Values[0].ReadCustomStatusAs<string>());
        Assert.Equal(8, purged.PurgedInstanceCount);
        Assert.Null(await host.Client.GetInstanceAsync("list-0", Deadline));
    }

    public void Dispose() => _deadline.Dispose();

    protected abstract Task<DurableTaskTestHost> StartAsync(Action<DurableTaskRegistry> tasks, Action<DurableTaskTestHostOptions>? configure = null);
}
