using System.Globalization;
using Aurora.LocalRuntime.Hosting.Startup;
using Microsoft.Extensions.Configuration;

namespace Aurora.LocalRuntime.Http;

/// <summary>Where the host listens: <c>--port</c>, else <c>--urls</c> or <c>ASPNETCORE_URLS</c>, else the port of the Functions tools.</summary>
internal sealed record HostUrls(IReadOnlyList<string> Values)
{
    private const int DefaultPort = 7071;

    public static HostUrls Read(IConfiguration configuration)
    {
        if (configuration["port"] is { Length: > 0 } port)
        {
            return int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= ushort.MaxValue
                ? OnPort(number)
                : throw new HostStartupException($"--port must be a number up to {ushort.MaxValue}, not \"{port}\".");
        }

        return configuration["urls"] is { Length: > 0 } urls
            ? new HostUrls(urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            : OnPort(DefaultPort);
    }

    /// <summary>Any free port can only be had on one address, so port 0 is on IPv4 loopback.</summary>
    public static HostUrls OnPort(int port) =>
        new([port == 0 ? "http://127.0.0.1:0" : string.Create(CultureInfo.InvariantCulture, $"http://localhost:{port}")]);
}
