using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Aurora.LocalRuntime.Http;

/// <summary>A request on its way through the host; kept by its connection and used again for the next one.</summary>
internal sealed class HttpExchange
{
    private DefaultHttpContext? _http;
    private bool _reusable = true;

    public HttpContext Http => _http!;

    /// <summary>The exchange of the request that begins with these features.</summary>
    public static HttpExchange Begin(IFeatureCollection features)
    {
        var kept = (features as IHostContextContainer<HttpExchange>)?.HostContext;
        var exchange = kept is { _reusable: true } ? kept : new HttpExchange();
        if (exchange._http is null)
        {
            exchange._http = new DefaultHttpContext(features);
        }
        else
        {
            exchange._http.Initialize(features);
        }

        if (features is IHostContextContainer<HttpExchange> container)
        {
            container.HostContext = exchange;
        }

        features.Set(exchange);
        return exchange;
    }

    /// <summary>A function that was given up may still hold the request: its objects must not serve another one.</summary>
    public static void DoNotReuse(HttpContext http)
    {
        if (http.Features.Get<HttpExchange>() is { } exchange)
        {
            exchange._reusable = false;
        }
    }

    public void End()
    {
        if (_reusable)
        {
            _http!.Uninitialize();
        }
    }
}
