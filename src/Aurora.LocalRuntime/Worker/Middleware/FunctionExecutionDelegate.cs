namespace Microsoft.Azure.Functions.Worker.Middleware;

/// <summary>The rest of an invocation: the middleware that follows, or the function itself.</summary>
/// <param name="context">The invocation.</param>
/// <returns>A task that ends with the invocation.</returns>
public delegate Task FunctionExecutionDelegate(FunctionContext context);
