using System.Net;
using Aurora.LocalRuntime.Hosting.Discovery;
using Aurora.TestKit;
using Aurora.TestKit.Hosting;
using Aurora.TestKit.Time;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Aurora.Functions.Tests.LocalRuntime.Hosting;

/// <summary>What surrounds a function while it runs.</summary>
public sealed class InvocationTests
{
    [Fact]
    public async Task Invocation_HasAScopeOfItsOwn_DisposedAfterIt()
    {
        var options = new FunctionTestHostOptions
        {
            Configure = builder => builder.Services.AddSingleton<Journal>().AddScoped<Scoped>(),
        };
        await using var host = await FunctionTestHost.StartAsync(options, typeof(ScopedFunctions));

        await host.Client.GetAsync("/scoped");
        await host.Client.GetAsync("/scoped");

        var journal = host.Services.GetRequiredService<Journal>();
        await Eventually.BecomesTrueAsync(() => journal.Lines.Length == 6, "two invocations end");
        Assert.Equal(["run 1", "function disposed", "scope 1 disposed", "run 2", "function disposed", "scope 2 disposed"], journal.Lines);
    }

    [Fact]
    public async Task Middleware_RunsInOrderAroundTheFunction_AndSeesRequestAndResult()
    {
        var options = new FunctionTestHostOptions
        {
            Configure = builder =>
            {
                builder.Services.AddSingleton<Journal>().AddScoped<Scoped>();
                builder.UseMiddleware<OuterMiddleware>();
                builder.UseWhen(context => context.FunctionDefinition.Name == "other", (_, _) => throw new InvalidOperationException());
                builder.UseMiddleware(async (context, next) =>
                {
                    await next();
                    context.GetInvocationResult().Value = Results.Text("replaced");
                });
            },
        };
        await using var host = await FunctionTestHost.StartAsync(options, typeof(ScopedFunctions));

        var answer = await host.Client.GetStringAsync("/scoped");

        Assert.Equal("replaced", answer);
        Assert.Equal("before GET", host.Services.GetRequiredService<Journal>().Lines[0]);
        Assert.Contains("after httpTrigger", host.Services.GetRequiredService<Journal>().Lines);
    }

    [Fact]
    public async Task Invocation_BeyondFunctionTimeout_IsCancelledAndFails()
    {
        var time = new ManualTimeProvider();
        var options = new FunctionTestHostOptions
        {
            HostJson = """{ "version": "2.0", "functionTimeout": "00:00:30", "extensions": { "http": { "routePrefix": "" } } }""",
            InvocationTime = time,
        };
        await using var host = await FunctionTestHost.StartAsync(options, typeof(StubbornFunctions));
        var request = host.Client.GetAsync("/stubborn");
        await Eventually.BecomesTrueAsync(() => time.NextDue is not null, "the time limit is armed");

        time.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal(HttpStatusCode.InternalServerError, (await request).StatusCode);
        await StubbornFunctions.Told.Task.WaitAsync(TimeSpan.FromSeconds(10));
        StubbornFunctions.MayEnd.SetResult();
    }

    [Fact]
    public async Task Stop_WhileARequestRuns_LetsItEnd()
    {
        await using var host = await FunctionTestHost.StartAsync(typeof(DrainedFunctions));
        var request = host.Client.GetAsync("/drained");
        await DrainedFunctions.Started.Task.WaitAsync(TimeSpan.FromSeconds(10));

        var stop = host.StopAsync();
        DrainedFunctions.MayEnd.SetResult();

        Assert.Equal(HttpStatusCode.OK, (await request).StatusCode);
        await stop.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task TimerFunction_OfTheHost_RunsByItsScheduleWithAScopeOfItsOwn()
    {
        var time = new ManualTimeProvider();
        var options = new FunctionTestHostOptions
        {
            Time = time,
            Configure = builder => builder.Services.AddSingleton<Journal>().AddScoped<Scoped>(),
        };
        options.Configuration["TICK"] = "*/2 * * * * *";
        await using var host = await FunctionTestHost.StartAsync(options, typeof(TimedFunctions));
        var journal = host.Services.GetRequiredService<Journal>();
        await Eventually.BecomesTrueAsync(() => time.NextDue is not null, "the timer is armed");

        time.Advance(TimeSpan.FromSeconds(2));

        await Eventually.BecomesTrueAsync(() => journal.Lines.Length == 2, "the timer ran and its scope is gone");
        Assert.Equal(["tick 1 in Tick", "scope 1 disposed"], journal.Lines);
        Assert.Contains("Tick: timer */2 * * * * *", host.Output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task DurableTaskClient_IsInNoContainer()
    {
        await using var host = await FunctionTestHost.StartAsync(typeof(DrainedFunctions));

        Assert.Null(host.Services.GetService<DurableTaskClient>());
    }

    public sealed class Journal
    {
        private readonly List<string> _lines = [];

        public string[] Lines
        {
            get
            {
                lock (_lines)
                {
                    return [.. _lines];
                }
            }
        }

        public int Scopes { get; set; }

        public void Add(string line)
        {
            lock (_lines)
            {
                _lines.Add(line);
            }
        }
    }

    public sealed class Scoped(Journal journal) : IAsyncDisposable
    {
        public int Number { get; } = ++journal.Scopes;

        public ValueTask DisposeAsync()
        {
            journal.Add($"scope {Number} disposed");
            return ValueTask.CompletedTask;
        }
    }

    public sealed class ScopedFunctions(Scoped scoped, Journal journal) : IDisposable
    {
        [Function("scoped")]
        public async Task Run([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request, FunctionContext context)
        {
            await Task.Yield();
            Assert.Same(scoped, request.HttpContext.RequestServices.GetRequiredService<Scoped>());
            Assert.Same(scoped, context.InstanceServices.GetRequiredService<Scoped>());
            journal.Add($"run {scoped.Number}");
        }

        public void Dispose() => journal.Add("function disposed");
    }

    public sealed class TimedFunctions(Scoped scoped, Journal journal)
    {
        [Function("Tick")]
        public void Tick([TimerTrigger("%TICK%")] TimerInfo timer, FunctionContext context) =>
            journal.Add($"tick {scoped.Number} in {context.FunctionDefinition.Name}");
    }

    public sealed class OuterMiddleware(Journal journal) : IFunctionsWorkerMiddleware
    {
        public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
        {
            journal.Add($"before {context.GetHttpContext()?.Request.Method}");
            await next(context);
            journal.Add($"after {context.FunctionDefinition.InputBindings["request"].Type}");
        }
    }

    public sealed class StubbornFunctions
    {
        public static TaskCompletionSource Told { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public static TaskCompletionSource MayEnd { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        [Function("stubborn")]
        public async Task Run([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request, CancellationToken cancellation)
        {
            await using var told = cancellation.Register(() => Told.TrySetResult());
            await MayEnd.Task;
        }
    }

    public sealed class DrainedFunctions
    {
        public static TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public static TaskCompletionSource MayEnd { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        [Function("drained")]
        public async Task Run([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request)
        {
            Started.TrySetResult();
            await MayEnd.Task;
        }
    }
}
