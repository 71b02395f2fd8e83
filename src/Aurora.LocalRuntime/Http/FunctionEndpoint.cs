using Aurora.LocalRuntime.Hosting;
using Aurora.LocalRuntime.Hosting.Discovery;
using Aurora.LocalRuntime.Hosting.Invocation;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Aurora.LocalRuntime.Http;

/// <summary>Answers the requests of one function.</summary>
internal sealed class FunctionEndpoint(
    Function function, FunctionExecutor executor, FunctionKeys keys, RequestLimits limits, ILogger logger)
{
    private static readonly ActionDescriptor NoAction = new();

    public Task HandleAsync(HttpContext http)
    {
        if (!keys.Open(function.AuthLevel, http.Request))
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return Task.CompletedTask;
        }

        return limits.AreSet ? RunLimitedAsync(http) : RunAsync(http);
    }

    private async Task RunLimitedAsync(HttpContext http)
    {
        if (!limits.TryEnter())
        {
            logger.TooManyRequests(function.Name, limits.Outstanding);
            http.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            return;
        }

        try
        {
            await limits.WaitForTurnAsync(http.RequestAborted);
            try
            {
                await RunAsync(http);
            }
            finally
            {
                limits.EndTurn();
            }
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The caller gave up before its turn came: there is nobody to answer.
        }
        finally
        {
            limits.Leave();
        }
    }

    private async Task RunAsync(HttpContext http)
    {
        var context = executor.Begin(function, http, CancellationToken.None);
        http.Features.Set<IServiceProvidersFeature>(context);
        var abandoned = false;
        try
        {
            await AnswerAsync(http, await executor.RunAsync(context));
        }
        catch (FunctionTimeoutException)
        {
            abandoned = true;
            HttpExchange.DoNotReuse(http);
            Fail(http, StatusCodes.Status500InternalServerError);
        }
        catch (Exception e)
        {
            Fail(http, Judge(http, context, e));
        }
        finally
        {
            if (!abandoned)
            {
                await context.DisposeAsync();
            }
        }
    }

    /// <summary>Results are executed; any other value answers 200 with nothing in it, as the Functions host does.</summary>
    private static Task AnswerAsync(HttpContext http, object? result) => result switch
    {
        IResult answer => answer.ExecuteAsync(http),
        IActionResult action => action.ExecuteResultAsync(new ActionContext(http, http.GetRouteData(), NoAction)),
        _ => Task.CompletedTask,
    };

    private int Judge(HttpContext http, LocalFunctionContext context, Exception exception)
    {
        if (http.RequestAborted.IsCancellationRequested)
        {
            logger.CallerGone(function.Name, context.InvocationId);
            return StatusCodes.Status499ClientClosedRequest;
        }

        if (exception is BadHttpRequestException bad)
        {
            return bad.StatusCode;
        }

        if (exception is OperationCanceledException && context.CancellationToken.IsCancellationRequested)
        {
            logger.FunctionStopped(function.Name, context.InvocationId);
            return StatusCodes.Status503ServiceUnavailable;
        }

        logger.FunctionFailed(exception, function.Name, context.InvocationId);
        return StatusCodes.Status500InternalServerError;
    }

    private static void Fail(HttpContext http, int status)
    {
        if (http.Response.HasStarted)
        {
            http.Abort();
            return;
        }

        http.Response.Clear();
        http.Response.StatusCode = status;
    }
}
