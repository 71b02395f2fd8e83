using Microsoft.Extensions.Configuration;

namespace Aurora.LocalRuntime.Hosting.Startup;

/// <summary>The request that the start-up message shows as a curl line; the app names it in host.json, since the host knows no business.</summary>
internal sealed record ExampleRequest(string Method, string Path, string? Body)
{
    public static ExampleRequest? Read(IConfiguration section) => section["path"] is { Length: > 0 } path
        ? new ExampleRequest(section["method"] ?? "GET", path, section["body"])
        : null;
}
