using Microsoft.DurableTask;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Aurora.TestKit.Durable.Patterns;

/// <summary>Orchestrators and activities written as classes, and the services activities are made with.</summary>
public abstract class ClassPatterns(StartPatternHost start) : PatternSuite(start)
{
    public interface IGreeting
    {
        string Greet(string name);
    }

    [Fact]
    public async Task Classes_NamedByAttribute_AreCalledByIt()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestrator<SequenceOrchestrator>()
            .AddActivity<EchoActivity>());

        var instance = await host.RunAsync("Sequence");

        AssertCompleted(instance);
        Assert.Equal(["Hello Tokyo", "Hello London"], instance.ReadOutputAs<List<string>>());
    }

    [Fact]
    public async Task Classes_WithoutAttribute_AreCalledByTheirName()
    {
        var (child, activity) = (typeof(ChildOrchestrator), typeof(DoublingActivity));
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestrator<ParentOrchestrator>()
            .AddOrchestrator(child)
            .AddActivity(activity));

        AssertOutput(15, await host.RunAsync(nameof(ParentOrchestrator), 5));
    }

    [Fact]
    public async Task Classes_GivenOtherNames_AreCalledByThose()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestrator<ChildOrchestrator>("Renamed")
            .AddActivity(nameof(DoublingActivity), new DoublingActivity()));

        AssertOutput(8, await host.RunAsync("Renamed", 4));
    }

    [Fact]
    public async Task Classes_OneObjectForAll_IsUsed()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestrator(new ChildOrchestrator())
            .AddActivity(new DoublingActivity()));

        AssertOutput(8, await host.RunAsync(nameof(ChildOrchestrator), 4));
    }

    [Fact]
    public async Task Classes_ActivityThrowing_FailsTheInstance()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestrator<SequenceOrchestrator>()
            .AddActivityFunc<string, string>("Echo", (_, _) => Throw<string>(new PatternException("no echo"))));

        Assert.Contains("no echo", AssertFailed(await host.RunAsync("Sequence")).ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Activity_WithConstructorParameters_IsMadeWithServices()
    {
        await using var host = await StartAsync(
            tasks => tasks
                .AddOrchestratorFunc<string, string>("Greet", (context, name) => context.CallActivityAsync<string>(nameof(GreetingActivity), name))
                .AddActivity<GreetingActivity>(),
            new PatternHostOptions { ConfigureServices = services => services.AddSingleton<IGreeting, Greeting>() });

        AssertOutput("Hello from a service, Ana", await host.RunAsync("Greet", "Ana"));
        Assert.IsType<Greeting>(host.Services.GetRequiredService<IGreeting>());
    }

    [Fact]
    public async Task Activity_WithScopedService_HasAScopeForEveryCall()
    {
        await using var host = await StartAsync(
            tasks => tasks
                .AddOrchestratorFunc("Count", async context => new[]
                {
                    await context.CallActivityAsync<int>(nameof(CountingActivity)),
                    await context.CallActivityAsync<int>(nameof(CountingActivity)),
                })
                .AddActivity<CountingActivity>(),
            new PatternHostOptions { ConfigureServices = services => services.AddScoped<Counter>() });

        var instance = await host.RunAsync("Count");

        AssertCompleted(instance);
        Assert.Equal([1, 1], instance.ReadOutputAs<int[]>()!);
    }

    [DurableTask("Sequence")]
    public sealed class SequenceOrchestrator : TaskOrchestrator<string?, List<string>>
    {
        public override async Task<List<string>> RunAsync(TaskOrchestrationContext context, string? input) =>
        [
            await context.CallActivityAsync<string>("Echo", "Hello Tokyo"),
            await context.CallActivityAsync<string>("Echo", "Hello London"),
        ];
    }

    [DurableTask("Echo")]
    public sealed class EchoActivity : TaskActivity<string, string>
    {
        public override Task<string> RunAsync(TaskActivityContext context, string input) => Task.FromResult(input);
    }

    public sealed class ParentOrchestrator : TaskOrchestrator<int, int>
    {
        public override async Task<int> RunAsync(TaskOrchestrationContext context, int input)
            => input + await context.CallSubOrchestratorAsync<int>(nameof(ChildOrchestrator), input);
    }

    public sealed class ChildOrchestrator : TaskOrchestrator<int, int>
    {
        public override Task<int> RunAsync(TaskOrchestrationContext context, int input)
            => context.CallActivityAsync<int>(nameof(DoublingActivity), input);
    }

    public sealed class DoublingActivity : TaskActivity<int, int>
    {
        public override Task<int> RunAsync(TaskActivityContext context, int input) => Task.FromResult(2 * input);
    }

    public sealed class GreetingActivity(IGreeting greeting) : TaskActivity<string, string>
    {
        public override Task<string> RunAsync(TaskActivityContext context, string input) => Task.FromResult(greeting.Greet(input));
    }

    public sealed class CountingActivity(Counter counter) : TaskActivity<object?, int>
    {
        public override Task<int> RunAsync(TaskActivityContext context, object? input) => Task.FromResult(counter.Next());
    }

    public sealed class Greeting : IGreeting
    {
        public string Greet(string name) => $"Hello from a service, {name}";
    }

    public sealed class Counter
    {
        private int _count;

        public int Next() => ++_count;
    }
}
