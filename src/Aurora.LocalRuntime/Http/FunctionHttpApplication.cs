using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Aurora.LocalRuntime.Http;

/// <summary>What the server calls for every request.</summary>
internal sealed class FunctionHttpApplication(RequestDelegate pipeline, IHttpContextAccessor? accessor) : IHttpApplication<HttpExchange>
{
    public HttpExchange CreateContext(IFeatureCollection contextFeatures) => HttpExchange.Begin(contextFeatures);

    public Task ProcessRequestAsync(HttpExchange context)
    {
        accessor?.HttpContext = context.Http;
        return pipeline(context.Http);
    }

    public void DisposeContext(HttpExchange context, Exception? exception) => context.End();
}
