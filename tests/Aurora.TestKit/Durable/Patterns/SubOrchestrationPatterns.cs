using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Xunit;

namespace Aurora.TestKit.Durable.Patterns;

/// <summary>Orchestrations called by orchestrations.</summary>
public abstract class SubOrchestrationPatterns(StartPatternHost start) : PatternSuite(start)
{
    private static readonly IReadOnlyDictionary<string, string> Tags = new Dictionary<string, string>
    {
        ["tag1"] = "value1",
        ["tag2"] = "value2",
    };

    [Fact]
    public async Task SubOrchestration_CallingItself_AddsUp()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc<int, int>("Nest", async (context, depth) =>
            depth < 3 ? 5 + await context.CallSubOrchestratorAsync<int>("Nest", depth + 1) : 5));

        AssertOutput(15, await host.RunAsync("Nest", 1));
    }

    [Fact]
    public async Task SubOrchestration_WithAGivenId_IsAnInstanceOfItsOwn()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Parent", context => context.CallSubOrchestratorAsync<string>(
                "Child", new SubOrchestrationOptions(instanceId: $"{context.InstanceId}-child")))
            .AddOrchestratorFunc("Child", context => $"{context.Parent!.Name}/{context.Parent.InstanceId}"));

        var parent = await host.RunAsync("Parent");
        var child = await host.EndOfAsync($"{parent.InstanceId}-child");

        AssertOutput($"Parent/{parent.InstanceId}", parent);
        AssertOutput($"Parent/{parent.InstanceId}", child);
        Assert.Equal("Child", child.Name);
    }

    [Fact]
    public async Task SubOrchestration_WithTags_CarriesThem()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Parent", context => context.CallSubOrchestratorAsync(
                "Child", new SubOrchestrationOptions { InstanceId = "tagged", Tags = new Dictionary<string, string>(Tags) }))
            .AddOrchestratorFunc("Child", _ => "done"));

        await host.RunAsync("Parent");
        var child = await host.EndOfAsync("tagged");

        AssertCompleted(child);
        Assert.Equal(Tags, child.Tags);
    }

    [Fact]
    public async Task SubOrchestration_WithTagsAndRetries_CarriesThemInEveryAttempt()
    {
        var attempts = 0;
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Parent", context => context.CallSubOrchestratorAsync<int>("Child", new SubOrchestrationOptions
            {
                InstanceId = "retried",
                Tags = new Dictionary<string, string>(Tags),
                Retry = new RetryPolicy(2, TimeSpan.FromMilliseconds(1)),
            }))
            .AddOrchestratorFunc("Child", _ => Interlocked.Increment(ref attempts) == 1
                ? throw new PatternException("the first attempt")
                : attempts));

        AssertOutput(2, await host.RunAsync("Parent"));
        var child = await host.EndOfAsync("retried");

        AssertOutput(2, child);
        Assert.Equal(Tags, child.Tags);
    }

    [Fact]
    public async Task SubOrchestrations_FannedOut_AllComeBack()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Parent", async context => await Task.WhenAll(
                Enumerable.Range(0, 20).Select(i => context.CallSubOrchestratorAsync<int>("Child", i))))
            .AddOrchestratorFunc<int, int>("Child", (context, i) => context.CallActivityAsync<int>("Square", i))
            .AddActivityFunc<int, int>("Square", (_, i) => i * i));

        var instance = await host.RunAsync("Parent");

        AssertCompleted(instance);
        Assert.Equal(Enumerable.Range(0, 20).Select(i => i * i), instance.ReadOutputAs<int[]>()!);
    }

    [Fact]
    public async Task SubOrchestration_Version_IsTheOneAskedFor()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Parent", async context =>
            {
                var child = await context.CallSubOrchestratorAsync<string>("Child", new SubOrchestrationOptions { Version = "2.1" });
                return $"{context.Version}>{child}";
            })
            .AddOrchestratorFunc("Child", context => context.Version));

        AssertOutput("1.0>2.1", await host.RunAsync("Parent", null, new StartOrchestrationOptions { Version = "1.0" }));
    }

    [Fact]
    public async Task SubOrchestration_Failing_ThrowsInTheParent()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Parent", async context =>
            {
                try
                {
                    await context.CallSubOrchestratorAsync("Child");
                    return "no failure";
                }
                catch (TaskFailedException failure) when (failure.FailureDetails.IsCausedBy<PatternException>())
                {
                    return $"{failure.TaskName}: {failure.FailureDetails.ErrorMessage}";
                }
            })
            .AddOrchestratorFunc("Child", _ => throw new PatternException("no child")));

        AssertOutput("Child: no child", await host.RunAsync("Parent"));
    }

    [Fact]
    public async Task SubOrchestration_Terminated_ThrowsInTheParent()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Parent", async context =>
            {
                try
                {
                    await context.CallSubOrchestratorAsync("Child", new SubOrchestrationOptions(instanceId: "stopped-child"));
                    return "no failure";
                }
                catch (TaskFailedException)
                {
                    return "child stopped";
                }
            })
            .AddOrchestratorFunc("Child", context => context.WaitForExternalEvent<string>("Never")));
        var parent = await host.BeginAsync("Parent");
        await host.ReachesAsync("stopped-child", OrchestrationRuntimeStatus.Running);

        await host.Client.TerminateInstanceAsync("stopped-child");

        AssertOutput("child stopped", await host.EndOfAsync(parent));
    }
}
