using Aurora.LocalRuntime.Http;
using Microsoft.AspNetCore.Http;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>The ASP.NET Core side of an invocation.</summary>
public static class FunctionContextExtensions
{
    /// <summary>The request's <see cref="HttpContext"/>.</summary>
    /// <param name="context">The invocation.</param>
    /// <returns>The context, or <see langword="null"/> when no request started the function.</returns>
    public static HttpContext? GetHttpContext(this FunctionContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Items.TryGetValue(HttpContextItem.Key, out var item) ? item as HttpContext : null;
    }
}
