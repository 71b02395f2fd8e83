using System.Collections.Concurrent;
using Aurora.LocalRuntime.Hosting.Invocation;
using Aurora.TestKit;
using Aurora.TestKit.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Aurora.Functions.Tests.LocalRuntime.Hosting;

/// <summary>Orchestrator and activity functions as the host runs them.</summary>
public sealed class DurableFunctionTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Orchestration_StartedByAFunction_RunsFunctionsByNameWhateverItsCase()
    {
        await using var host = await FunctionTestHost.StartAsync(typeof(GreetingFunctions));

        var id = await host.Client.GetStringAsync("/greet/Ana");
        var done = await ClientOf(host).WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true).WaitAsync(Deadline);

        Assert.Equal(OrchestrationRuntimeStatus.Completed, done.RuntimeStatus);
        Assert.Equal($"Hello Ana, from {id}", done.ReadOutputAs<string>());
        Assert.Equal("""{"Name":"Ana","Times":2}""", done.SerializedInput);
    }

    [Fact]
    public async Task Values_AreReadWithoutCase_AndTuplesAreLost_AsTheWorkersJsonDoes()
    {
        await using var host = await FunctionTestHost.StartAsync(typeof(GreetingFunctions));
        var client = ClientOf(host);

        var id = await client.ScheduleNewOrchestrationInstanceAsync("Echo", new { name = "lower", TIMES = 3 });
        var done = await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true).WaitAsync(Deadline);

        Assert.Equal(new Greeting("lower", 3), done.ReadOutputAs<Greeting>());
        var tuple = await client.ScheduleNewOrchestrationInstanceAsync("Tuple");
        Assert.Equal("{}", (await client.WaitForInstanceCompletionAsync(tuple, true).WaitAsync(Deadline)).SerializedOutput);
    }

    [Fact]
    public async Task Activity_ThatFails_FailsTheTaskWithItsTypeAndMessage()
    {
        await using var host = await FunctionTestHost.StartAsync(typeof(GreetingFunctions));
        var client = ClientOf(host);

        var id = await client.ScheduleNewOrchestrationInstanceAsync("Failing");
        var done = await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true).WaitAsync(Deadline);

        Assert.Equal(OrchestrationRuntimeStatus.Failed, done.RuntimeStatus);
        Assert.Equal("Task 'Break' (#0) failed with an unhandled exception: broken", done.FailureDetails!.ErrorMessage);
        Assert.Equal(typeof(NotSupportedException).FullName, done.FailureDetails.InnerFailure!.ErrorType);
    }

    [Fact]
    public async Task Schedule_OrchestratorNobodyRegistered_ThrowsWithItsName()
    {
        await using var host = await FunctionTestHost.StartAsync(typeof(GreetingFunctions));

        var error = await Assert.ThrowsAnyAsync<Exception>(() => ClientOf(host).ScheduleNewOrchestrationInstanceAsync("Nobody"));

        Assert.Contains("Nobody", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Middleware_RunsForOrchestratorsAndActivities_WithTheirTriggers()
    {
        var seen = new ConcurrentQueue<string>();
        var options = new FunctionTestHostOptions
        {
            Configure = builder => builder.UseMiddleware(async (context, next) =>
            {
                seen.Enqueue(context.FunctionDefinition.InputBindings.Values.First(b => b.Type.EndsWith("Trigger", StringComparison.Ordinal)).Type);
                await next();
            }),
        };
        await using var host = await FunctionTestHost.StartAsync(options, typeof(GreetingFunctions));

        var id = await host.Client.GetStringAsync("/greet/Ana");
        await ClientOf(host).WaitForInstanceCompletionAsync(id).WaitAsync(Deadline);

        Assert.Equal(["activityTrigger", "httpTrigger", "orchestrationTrigger"], seen.Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("completed")]
    [InlineData("terminated")]
    [InlineData("left behind by a host that stops")]
    public async Task OrchestratorClass_HoweverItsRunEnds_GivesItsServicesBack(string end)
    {
        var scopes = new Scopes();
        var options = new FunctionTestHostOptions
        {
            Configure = builder => builder.Services.AddSingleton(scopes).AddScoped<Scope>(),
        };
        await using var host = await FunctionTestHost.StartAsync(options, typeof(WaitingFunctions));
        var client = ClientOf(host);
        var id = await client.ScheduleNewOrchestrationInstanceAsync("Wait");
        await client.WaitForInstanceStartAsync(id).WaitAsync(Deadline);
        Assert.Equal((1, 0), (scopes.Begun, scopes.Ended));

        await (end switch
        {
            "completed" => client.RaiseEventAsync(id, "Go"),
            "terminated" => client.TerminateInstanceAsync(id),
            _ => host.StopAsync(),
        });

        await Eventually.BecomesTrueAsync(() => Task.FromResult(scopes.Ended == 1), "the orchestrator's scope has ended", Deadline);
        Assert.Equal(1, scopes.Begun);
    }

    private static DurableTaskClient ClientOf(FunctionTestHost host) => host.Services.GetRequiredService<DurableClientSource>().Current;

    public sealed record Greeting(string Name, int Times);

    public sealed class GreetingFunctions(IServiceProvider services)
    {
        [Function("StartGreeting")]
        public async Task<IResult> Start(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "greet/{name}")] HttpRequest request,
            string name,
            [DurableClient] DurableTaskClient client,
            CancellationToken cancellation) =>
            Results.Text(await client.ScheduleNewOrchestrationInstanceAsync("greet", new Greeting(name, 2), cancellation));

        [Function("Greet")]
        public static Task<string> Greet([OrchestrationTrigger] TaskOrchestrationContext context, Greeting input) =>
            context.CallActivityAsync<string>("sayhello", input);

        [Function("SayHello")]
        public string SayHello([ActivityTrigger] Greeting input, string instanceId, FunctionContext context)
        {
            Assert.Same(services, context.InstanceServices);
            return $"Hello {input.Name}, from {instanceId}";
        }

        [Function("Echo")]
        public static Task<Greeting?> Echo([OrchestrationTrigger] TaskOrchestrationContext context) =>
            Task.FromResult(context.GetInput<Greeting>());

        [Function("Tuple")]
        public static Task<(int, int)> Tuple([OrchestrationTrigger] TaskOrchestrationContext context) => Task.FromResult((1, 2));

        [Function("Failing")]
        public static Task Failing([OrchestrationTrigger] TaskOrchestrationContext context) => context.CallActivityAsync("Break");

        [Function("Break")]
        public Task Break([ActivityTrigger] TaskActivityContext context) => throw new NotSupportedException("broken");
    }

    public sealed class WaitingFunctions(Scope scope)
    {
        [Function("Wait")]
        public async Task<bool> Wait([OrchestrationTrigger] TaskOrchestrationContext context)
        {
            await context.WaitForExternalEvent<object?>("Go");
            return scope.HasEnded;
        }
    }

    public sealed class Scopes
    {
        private int _begun;
        private int _ended;

        public int Begun => Volatile.Read(ref _begun);

        public int Ended => Volatile.Read(ref _ended);

        public void Begin() => Interlocked.Increment(ref _begun);

        public void End() => Interlocked.Increment(ref _ended);
    }

    public sealed class Scope : IDisposable
    {
        private readonly Scopes _scopes;

        public Scope(Scopes scopes)
        {
            _scopes = scopes;
            scopes.Begin();
        }

        public bool HasEnded { get; private set; }

        public void Dispose()
        {
            HasEnded = true;
            _scopes.End();
        }
    }
}
