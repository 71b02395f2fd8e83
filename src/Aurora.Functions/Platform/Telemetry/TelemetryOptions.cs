using Microsoft.Extensions.Options;

namespace Aurora.Functions.Platform.Telemetry;

/// <summary>Where metrics and traces go. Bound to <c>Platform:Telemetry</c> and the OTLP variables of OpenTelemetry.</summary>
internal sealed class TelemetryOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Platform:Telemetry";

    /// <summary>The collector (<c>OTEL_EXPORTER_OTLP_ENDPOINT</c>). Default: none, nothing is exported.</summary>
    public string OtlpEndpoint { get; set; } = "";

    /// <summary><c>grpc</c> or <c>http/protobuf</c> (<c>OTEL_EXPORTER_OTLP_PROTOCOL</c>). Default <c>grpc</c>.</summary>
    public string OtlpProtocol { get; set; } = "grpc";

    /// <summary>Extra headers, <c>key=value</c> separated by commas (<c>OTEL_EXPORTER_OTLP_HEADERS</c>). Default none.</summary>
    public string OtlpHeaders { get; set; } = "";

    /// <summary>The service name of the exported data (<c>OTEL_SERVICE_NAME</c>). Default <c>aurora</c>.</summary>
    public string ServiceName { get; set; } = "aurora";

    /// <summary>Share of messages that are traced, 0 to 1. Default 1.</summary>
    public double TraceRatio { get; set; } = 1;

    /// <summary>How often metrics are exported. Default 30 s.</summary>
    public TimeSpan MetricInterval { get; set; } = TimeSpan.FromSeconds(30);
}

/// <summary>Refuses an exporter configuration that would silently export nothing.</summary>
internal sealed class TelemetryOptionsValidator : IValidateOptions<TelemetryOptions>
{
    public ValidateOptionsResult Validate(string? name, TelemetryOptions options)
    {
        var problems = new SettingProblems();
        problems.Require(
            options.OtlpEndpoint.Length == 0
                || (Uri.TryCreate(options.OtlpEndpoint, UriKind.Absolute, out var endpoint) && endpoint.Scheme is ("http" or "https")),
            "OTEL_EXPORTER_OTLP_ENDPOINT must be an http or https address.");
        problems.Require(
            options.OtlpProtocol is "grpc" or "http/protobuf", "OTEL_EXPORTER_OTLP_PROTOCOL must be grpc or http/protobuf.");
        problems.Require(
            options.TraceRatio is >= 0 and <= 1 && options.MetricInterval >= TimeSpan.FromSeconds(1),
            $"{TelemetryOptions.SectionName}: TraceRatio must be from 0 to 1, MetricInterval at least one second.");
        return problems.Result;
    }
}
