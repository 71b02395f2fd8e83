// Over 200 lines: one suite, so that every store runs all of it.
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Xunit;

namespace Aurora.TestKit.Durable.Patterns;

/// <summary>Calling activities.</summary>
public abstract class ActivityPatterns(StartPatternHost start) : PatternSuite(start)
{
    [Fact]
    public async Task Orchestrator_WithoutAnyTask_Completes()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Empty", _ => Task.FromResult<object?>(null)));

        var instance = await host.RunAsync("Empty");

        AssertCompleted(instance);
        Assert.Null(instance.SerializedOutput);
    }

    [Fact]
    public async Task Activity_SynchronousFunction_ReturnsItsOutput()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<string, string>("Greet", (context, name) => context.CallActivityAsync<string>("Hello", name))
            .AddActivityFunc<string, string>("Hello", (_, name) => $"Hello, {name}!"));

        var instance = await host.RunAsync("Greet", "Ana");

        AssertOutput("Hello, Ana!", instance);
    }

    [Fact]
    public async Task Activity_AsynchronousFunction_ReturnsItsOutput()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<string, string>("Greet", (context, name) => context.CallActivityAsync<string>("Hello", name))
            .AddActivityFunc<string, string>("Hello", async (_, name) =>
            {
                await Task.Yield();
                return $"Hello, {name}!";
            }));

        var instance = await host.RunAsync("Greet", "Ana");

        AssertOutput("Hello, Ana!", instance);
    }

    [Fact]
    public async Task Activities_InAChain_PassTheirOutputsOn()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Chain", async context =>
            {
                var value = 0;
                for (var i = 0; i < 10; i++)
                {
                    value = await context.CallActivityAsync<int>("PlusOne", value);
                }

                return value;
            })
            .AddActivityFunc<int, int>("PlusOne", (_, value) => value + 1));

        var instance = await host.RunAsync("Chain", "an input nobody reads");

        AssertOutput(10, instance);
    }

    [Fact]
    public async Task Activities_FannedOut_ComeBackInTheOrderOfTheCalls()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("FanOut", async context =>
            {
                var calls = Enumerable.Range(0, 50).Select(i => context.CallActivityAsync<string>("Text", i));
                return await Task.WhenAll(calls);
            })
            .AddActivityFunc<int, string>("Text", async (_, value) =>
            {
                await Task.Yield();
                return $"{value}";
            }));

        var instance = await host.RunAsync("FanOut");

        AssertCompleted(instance);
        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"{i}"), instance.ReadOutputAs<string[]>());
    }

    [Fact]
    public async Task Activities_RacedWithWhenAny_TheFirstDecidesAndTheInstanceEndsWithTheLast()
    {
        var slow = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Race", async context =>
            {
                var first = await Task.WhenAny(
                    context.CallActivityAsync<string>("Slow"), context.CallActivityAsync<string>("Fast"));
                context.SetCustomStatus("decided");
                return await first;
            })
            .AddActivityFunc<string>("Slow", async _ =>
            {
                await slow.Task;
                return "slow";
            })
            .AddActivityFunc<string>("Fast", _ => "fast"));

        var id = await host.BeginAsync("Race");
        var decided = await Eventually.BecomesAsync(
            () => host.Client.GetInstanceAsync(id, getInputsAndOutputs: true),
            seen => seen?.SerializedCustomStatus is not null,
            "the fast activity decided");
        slow.SetResult();

        Assert.Equal(OrchestrationRuntimeStatus.Running, decided!.RuntimeStatus);
        AssertOutput("fast", await host.EndOfAsync(id));
    }

    [Fact]
    public async Task Activity_WithoutInput_GetsNull()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Nulls", async context => new object?[]
            {
                await context.CallActivityAsync<bool>("NoText"),
                await context.CallActivityAsync<bool>("NoNumber"),
            })
            .AddActivityFunc<string?, bool>("NoText", (_, value) => value is null)
            .AddActivityFunc<int?, bool>("NoNumber", (_, value) => value is null));

        var instance = await host.RunAsync("Nulls");

        Assert.Equal("[true,true]", instance.SerializedOutput);
    }

    [Fact]
    public async Task Activity_WithoutInputWhereItsTypeKnowsNoNull_FailsTheCall()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Number", context => context.CallActivityAsync<int>("Number"))
            .AddActivityFunc<int, int>("Number", (_, value) => value));

        var failure = AssertFailed(await host.RunAsync("Number"));

        Assert.Equal(typeof(TaskFailedException).FullName, failure.ErrorType);
        Assert.Equal(typeof(JsonException).FullName, failure.InnerFailure?.ErrorType);
    }

    [Fact]
    public async Task Activity_OutputNotAskedFor_IsDropped()
    {
        var calls = 0;
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Effects", async context =>
            {
                await context.CallActivityAsync("Effect", 1);
                await context.CallActivityAsync("Effect", 2);
            })
            .AddActivityFunc<int>("Effect", (_, value) => { Interlocked.Add(ref calls, value); }));

        var instance = await host.RunAsync("Effects");

        AssertCompleted(instance);
        Assert.Equal(3, calls);
    }

    [Fact]
    public async Task Activity_NamesComparedWithoutCase_IsFound()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Greet", context => context.CallActivityAsync<string>("HELLO"))
            .AddActivityFunc<string>("hello", context => context.Name.Name.ToUpperInvariant()));

        var instance = await host.RunAsync("gREET");

        AssertOutput("HELLO", instance);
    }

    [Fact]
    public async Task Activity_Context_NamesTheCallAndItsInstance()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Who", context => context.CallActivityAsync<string[]>("Caller"))
            .AddActivityFunc<string[]>("Caller", context => [context.Name.Name, context.InstanceId]));

        var instance = await host.RunAsync("Who");

        AssertCompleted(instance);
        Assert.Equal(["Caller", instance.InstanceId], instance.ReadOutputAs<string[]>()!);
    }

    [Fact]
    public async Task Activity_WithTags_RunsAsWithout()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<string, string>("Greet", (context, name) => context.CallActivityAsync<string>(
                "Hello", name, new TaskOptions(tags: new Dictionary<string, string> { ["team"] = "crm" })))
            .AddActivityFunc<string, string>("Hello", (_, name) => $"Hello, {name}!"));

        var instance = await host.RunAsync("Greet", "Ana", new StartOrchestrationOptions
        {
            Tags = new Dictionary<string, string> { ["kind"] = "tagged" },
        });

        AssertOutput("Hello, Ana!", instance);
    }

    [Fact]
    public async Task Activity_OptionsGivenAsInput_FailsTheCall()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Mistake", context => context.CallActivityAsync<string>("Hello", input: new TaskOptions()))
            .AddActivityFunc<string>("Hello", _ => "Hello"));

        var instance = await host.RunAsync("Mistake");

        Assert.True(AssertFailed(instance).IsCausedBy<ArgumentException>());
    }

    [Fact]
    public async Task Activities_WithLargePayloadsInOneTurn_AllComeBack()
    {
        const int Calls = 36;
        const int Size = 30 * 1024;
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Large", async context =>
            {
                var calls = Enumerable.Range(0, Calls).Select(i => context.CallActivityAsync<string>("Same", new string((char)('A' + (i % 26)), Size)));
                var answers = await Task.WhenAll(calls);
                return answers.Sum(answer => answer.Length);
            })
            .AddActivityFunc<string, string>("Same", (_, text) => text));

        AssertOutput(Calls * Size, await host.RunAsync("Large"));
    }

    [Fact]
    public async Task Activities_TogetherWithTimersAndSubOrchestrations_AllComeBack()
    {
        const int Activities = 30;
        const int Timers = 100;
        const int Children = 50;
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Mixed", async context =>
            {
                var texts = Enumerable.Range(0, Activities).Select(_ => context.CallActivityAsync<string>("Same", new string('A', 20 * 1024))).ToList();
                var timers = Enumerable.Range(0, Timers).Select(_ => context.CreateTimer(TimeSpan.FromMilliseconds(10), CancellationToken.None)).ToList();
                var children = Enumerable.Range(0, Children).Select(i => context.CallSubOrchestratorAsync<int>("Child", i)).ToList();
                await Task.WhenAll([.. texts, .. timers]);
                var answers = await Task.WhenAll(children);
                return texts.Count + timers.Count + answers.Sum();
            })
            .AddOrchestratorFunc<int, int>("Child", (_, number) => Task.FromResult(number))
            .AddActivityFunc<string, string>("Same", (_, text) => text));

        AssertOutput(Activities + Timers + Enumerable.Range(0, Children).Sum(), await host.RunAsync("Mixed"));
    }

    [Fact]
    public async Task Payloads_JsonNodes_KeepTheirShape()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<JsonNode, JsonNode>("Copy", (context, input) => context.CallActivityAsync<JsonNode>("Add", input))
            .AddActivityFunc<JsonNode, JsonNode>("Add", (_, input) =>
            {
                input["added"] = 2;
                return input;
            }));

        var instance = await host.RunAsync("Copy", new JsonObject { ["first"] = 1 });

        Assert.Equal("""{"first":1,"added":2}""", instance.SerializedOutput);
    }

    [Fact]
    public async Task Payloads_TuplesAndFields_AreKept()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<(string Name, int Age), (int Age, string Name)>(
                "Turn", (context, input) => context.CallActivityAsync<(int, string)>("Swap", input))
            .AddActivityFunc<(string Name, int Age), (int, string)>("Swap", (_, input) => (input.Age, input.Name)));

        var instance = await host.RunAsync("Turn", ("Ana", 42));

        AssertOutput((42, "Ana"), instance);
    }

    [Fact]
    public async Task Pageable_OverActivities_ReadsPageAfterPage()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Count", async context =>
            {
                var pages = Pageable.Create<string>((continuation, _) =>
                    context.CallActivityAsync<Page<string>>("Fetch", continuation));
                var items = new List<string>();
                await foreach (var item in pages)
                {
                    items.Add(item);
                }

                return items;
            })
            .AddActivityFunc<string?, Page<string>>("Fetch", (_, continuation) => continuation switch
            {
                null => new Page<string>(["a", "b"], "next"),
                "next" => new Page<string>(["c"]),
                _ => throw new PatternException(continuation),
            }));

        var instance = await host.RunAsync("Count");

        AssertCompleted(instance);
        Assert.Equal(["a", "b", "c"], instance.ReadOutputAs<List<string>>());
    }
}
