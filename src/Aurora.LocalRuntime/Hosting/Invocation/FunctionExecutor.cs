using System.Diagnostics;
using Aurora.LocalRuntime.Durable.Orchestrations;
using Aurora.LocalRuntime.Hosting.Discovery;
using Aurora.LocalRuntime.Hosting.Startup;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aurora.LocalRuntime.Hosting.Invocation;

/// <summary>Runs invocations: middleware around the function, a service scope for each, and the time limit of host.json.</summary>
internal sealed class FunctionExecutor(
    IServiceScopeFactory scopes,
    InvocationPipeline pipeline,
    HostDrain drain,
    HostJson hostJson,
    InvocationClock clock,
    ILogger<FunctionExecutor> logger)
{
    private static readonly ActivitySource Source = new("Microsoft.Azure.Functions.Worker");

    /// <summary>Begins an invocation; the caller disposes it.</summary>
    public LocalFunctionContext Begin(Function function, object trigger, CancellationToken callerGone) =>
        new(function, trigger, scopes, drain.TokenFor(function.Kind), callerGone);

    /// <summary>Runs a whole invocation.</summary>
    public async Task<object?> RunAsync(Function function, object trigger, CancellationToken cancellation)
    {
        var context = Begin(function, trigger, cancellation);
        var finished = true;
        try
        {
            return await RunAsync(context);
        }
        catch (FunctionTimeoutException)
        {
            finished = false;
            throw;
        }
        finally
        {
            if (finished)
            {
                await context.DisposeAsync();
            }
        }
    }

    /// <summary>Runs an invocation that was begun; fails it when its time is over, and then leaves its scope to the run that goes on.</summary>
    public Task<object?> RunAsync(LocalFunctionContext context)
    {
        var parent = (context.Trigger as Microsoft.AspNetCore.Http.HttpContext)?.Request.Headers.TraceParent.ToString();
        return Source.HasListeners() ? RunTracedAsync(context, parent) : RunLimitedAsync(context);
    }

    /// <summary>An orchestrator's turns are short and replayed: no time limit, no span, and nothing awaited but its own code.</summary>
    public async Task<object?> RunOrchestratorAsync(Function function, EngineOrchestrationContext trigger)
    {
        var context = Begin(function, trigger, CancellationToken.None);
        trigger.Lent = context;
        try
        {
            return await pipeline.RunAsync(context);
        }
        finally
        {
            trigger.Lent = null;
            await context.DisposeAsync();
        }
    }

    private async Task<object?> RunTracedAsync(LocalFunctionContext context, string? parent)
    {
        using var activity = Source.StartActivity($"function {context.Function.Name}", ActivityKind.Server, parent);
        activity?.SetTag("faas.name", context.Function.Name);
        activity?.SetTag("faas.invocation_id", context.InvocationId);
        try
        {
            return await RunLimitedAsync(context);
        }
        catch (Exception e)
        {
            activity?.SetStatus(ActivityStatusCode.Error, e.GetType().FullName);
            throw;
        }
    }

    private Task<object?> RunLimitedAsync(LocalFunctionContext context)
    {
        var run = pipeline.RunAsync(context);
        return run.IsCompleted || hostJson.FunctionTimeout is not { } limit
            ? run.AsTask()
            : LimitAsync(context, run.AsTask(), limit);
    }

    private async Task<object?> LimitAsync(LocalFunctionContext context, Task<object?> run, TimeSpan limit)
    {
        try
        {
            return await run.WaitAsync(limit, clock.Time);
        }
        catch (TimeoutException) when (!run.IsCompleted)
        {
            logger.FunctionTimedOut(context.Function.Name, context.InvocationId, limit);
            _ = run.ContinueWith(
                (_, state) => ((LocalFunctionContext)state!).DisposeAsync().AsTask(), context, TaskScheduler.Default);
            await context.CancelAsync();
            throw new FunctionTimeoutException(context.Function.Name, limit);
        }
    }
}
