namespace Microsoft.Azure.Functions.Worker.Middleware;

/// <summary>Code around every invocation of every function; for orchestrators around every replay.</summary>
public interface IFunctionsWorkerMiddleware
{
    /// <summary>Runs around an invocation.</summary>
    /// <param name="context">The invocation.</param>
    /// <param name="next">The rest of the invocation.</param>
    /// <returns>A task that ends with the invocation.</returns>
    Task Invoke(FunctionContext context, FunctionExecutionDelegate next);
}
