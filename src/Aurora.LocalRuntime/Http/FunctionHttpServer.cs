using System.Net.Sockets;
using Aurora.LocalRuntime.Hosting.Startup;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aurora.LocalRuntime.Http;

/// <summary>Kestrel with nothing between it and the functions but their routes.</summary>
internal sealed class FunctionHttpServer : IDisposable
{
    private const long MaxBody = 100L * 1024 * 1024;
    private readonly KestrelServer _server;
    private readonly FunctionHttpApplication _application;
    private readonly HostUrls _urls;

    public FunctionHttpServer(IServiceProvider services, RequestDelegate pipeline, HostUrls urls, ILoggerFactory loggers)
    {
        var options = new KestrelServerOptions { AddServerHeader = false, ApplicationServices = services };
        options.Limits.MaxRequestBodySize = MaxBody;
        _server = new KestrelServer(
            Options.Create(options),
            new SocketTransportFactory(Options.Create(new SocketTransportOptions()), loggers),
            loggers);
        _application = new FunctionHttpApplication(pipeline, services.GetService<IHttpContextAccessor>());
        _urls = urls;
    }

    /// <summary>Where the server listens, with the port it got when it asked for any.</summary>
    public IReadOnlyList<string> Addresses => [.. _server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses];

    public async Task StartAsync(CancellationToken cancellation)
    {
        var addresses = _server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses;
        foreach (var url in _urls.Values)
        {
            addresses.Add(url);
        }

        try
        {
            await _server.StartAsync(_application, cancellation);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            throw new HostStartupException($"{string.Join(", ", _urls.Values)} is taken by another process; choose another port with --port.", e);
        }
        catch (Exception e) when (e is SocketException or InvalidOperationException or FormatException or UnauthorizedAccessException)
        {
            throw new HostStartupException($"cannot listen on {string.Join(", ", _urls.Values)}: {e.Message}", e);
        }
    }

    /// <summary>Takes no new requests and waits for those under way, as long as the token allows.</summary>
    public Task StopAsync(CancellationToken cancellation) => _server.StopAsync(cancellation);

    public void Dispose() => _server.Dispose();
}
