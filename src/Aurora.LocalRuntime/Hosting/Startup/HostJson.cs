using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Aurora.LocalRuntime.Hosting.Startup;

/// <summary>The settings of host.json that this host reads.</summary>
internal sealed class HostJson
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(30);

    public string RoutePrefix { get; private init; } = "api";

    /// <summary>Requests held at once, running or waiting; more are answered 429. No limit when not set.</summary>
    public int? MaxOutstandingRequests { get; private init; }

    /// <summary>Requests running at once; more wait. No limit when not set.</summary>
    public int? MaxConcurrentRequests { get; private init; }

    public string HubName { get; private init; } = "TestHubName";

    public int? MaxConcurrentActivities { get; private init; }

    public int? MaxConcurrentOrchestrators { get; private init; }

    /// <summary>How long an invocation may run; no limit when <see langword="null"/>.</summary>
    public TimeSpan? FunctionTimeout { get; private init; } = DefaultTimeout;

    /// <summary>The logging section, in the form of ASP.NET Core's.</summary>
    public IConfiguration Logging { get; private init; } = new ConfigurationBuilder().Build();

    /// <summary>A request worth showing to whoever starts the app: method, path and body.</summary>
    public ExampleRequest? Example { get; private init; }

    public static HostJson Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new HostStartupException($"{path} is missing: the host needs it.");
        }

        IConfiguration json;
        try
        {
            json = new ConfigurationBuilder().AddJsonFile(path, optional: false, reloadOnChange: false).Build();
        }
        catch (Exception e) when (e is InvalidDataException or FormatException)
        {
            throw new HostStartupException($"{path} is no valid JSON: {(e.InnerException ?? e).Message}", e);
        }

        return Read(json, path);
    }

    private static HostJson Read(IConfiguration json, string path)
    {
        if (json["version"] != "2.0")
        {
            throw new HostStartupException($"{path}: version must be \"2.0\".");
        }

        var http = json.GetSection("extensions:http");
        var durable = json.GetSection("extensions:durableTask");
        return new HostJson
        {
            RoutePrefix = (http["routePrefix"] ?? "api").Trim('/'),
            MaxOutstandingRequests = Limit(http, "maxOutstandingRequests", path),
            MaxConcurrentRequests = Limit(http, "maxConcurrentRequests", path),
            HubName = durable["hubName"] is { Length: > 0 } hub ? hub : "TestHubName",
            MaxConcurrentActivities = Limit(durable, "maxConcurrentActivityFunctions", path),
            MaxConcurrentOrchestrators = Limit(durable, "maxConcurrentOrchestratorFunctions", path),
            FunctionTimeout = Timeout(json["functionTimeout"], path),
            Logging = json.GetSection("logging"),
            Example = ExampleRequest.Read(json.GetSection("extensions:localRuntime:example")),
        };
    }

    private static int? Limit(IConfiguration section, string key, string path) => section[key] switch
    {
        null or "" or "-1" => null,
        { } text when int.TryParse(text, CultureInfo.InvariantCulture, out var value) && value > 0 => value,
        { } text => throw new HostStartupException($"{path}: {key} must be a positive number or -1, not \"{text}\"."),
    };

    private static TimeSpan? Timeout(string? text, string path) => text switch
    {
        null or "" => DefaultTimeout,
        "-1" => null,
        _ when TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var value) => value > TimeSpan.Zero ? value : null,
        _ => throw new HostStartupException($"{path}: functionTimeout must be hh:mm:ss, not \"{text}\"."),
    };
}
