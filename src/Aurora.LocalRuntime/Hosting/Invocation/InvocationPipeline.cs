using Microsoft.Azure.Functions.Worker.Middleware;

namespace Aurora.LocalRuntime.Hosting.Invocation;

/// <summary>The app's middleware with the function inside.</summary>
internal sealed class InvocationPipeline
{
    private readonly FunctionExecutionDelegate? _middleware;

    public InvocationPipeline(IReadOnlyList<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> middleware)
    {
        if (middleware.Count == 0)
        {
            return;
        }

        FunctionExecutionDelegate next = static async context =>
        {
            var local = (LocalFunctionContext)context;
            local.Result = await local.Function.Body.RunAsync(local);
        };
        for (var i = middleware.Count - 1; i >= 0; i--)
        {
            next = middleware[i](next);
        }

        _middleware = next;
    }

    public ValueTask<object?> RunAsync(LocalFunctionContext context) =>
        _middleware is null ? context.Function.Body.RunAsync(context) : ThroughMiddlewareAsync(context, _middleware);

    private static async ValueTask<object?> ThroughMiddlewareAsync(LocalFunctionContext context, FunctionExecutionDelegate middleware)
    {
        await middleware(context);
        return context.Result;
    }
}
