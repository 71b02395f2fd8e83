using Microsoft.Azure.Functions.Worker.Builder;

namespace Aurora.TestKit.Hosting;

/// <summary>How a <see cref="FunctionTestHost"/> differs from the simplest one.</summary>
public sealed class FunctionTestHostOptions
{
    public string HostJson { get; set; } = """{ "version": "2.0", "extensions": { "http": { "routePrefix": "" } } }""";

    public Dictionary<string, string?> Configuration { get; } = [];

    /// <summary>The clock of timers.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>The clock of functionTimeout.</summary>
    public TimeProvider InvocationTime { get; set; } = TimeProvider.System;

    public bool UseAspNetCore { get; set; } = true;

    /// <summary>Services and middleware.</summary>
    public Action<FunctionsApplicationBuilder>? Configure { get; set; }
}
