using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Aurora.Functions.Platform.Telemetry;

/// <summary>
/// Exports the meters and activity sources named <c>Aurora.*</c> by OTLP when a collector is configured, and does nothing
/// otherwise. The driver's own spans are left out: they carry statement texts.
/// </summary>
internal sealed class TelemetryExport(IOptions<TelemetryOptions> options, ILogger<TelemetryExport> logger) : IHostedService, IDisposable
{
    private const string OwnNames = "Aurora.*";
    private MeterProvider? _meters;
    private TracerProvider? _tracers;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var settings = options.Value;
        if (settings.OtlpEndpoint.Length == 0)
        {
            return Task.CompletedTask;
        }

        var resource = ResourceBuilder.CreateDefault().AddService(settings.ServiceName);
        _meters = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource)
            .AddMeter(OwnNames)
            .AddOtlpExporter((exporter, reader) =>
            {
                Configure(exporter, settings, "v1/metrics");
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)settings.MetricInterval.TotalMilliseconds;
            })
            .Build();
        _tracers = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(resource)
            .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(settings.TraceRatio)))
            .AddSource(OwnNames)
            .AddOtlpExporter(exporter => Configure(exporter, settings, "v1/traces"))
            .Build();
        PlatformLog.Exporting(logger, settings.OtlpEndpoint, settings.OtlpProtocol);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        const int flushMilliseconds = 2000;
        _meters?.ForceFlush(flushMilliseconds);
        _tracers?.ForceFlush(flushMilliseconds);
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _meters?.Dispose();
        _tracers?.Dispose();
    }

    private static void Configure(OtlpExporterOptions exporter, TelemetryOptions settings, string httpPath)
    {
        var overHttp = settings.OtlpProtocol == "http/protobuf";
        exporter.Protocol = overHttp ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
        exporter.Endpoint = overHttp ? new Uri($"{settings.OtlpEndpoint.TrimEnd('/')}/{httpPath}") : new Uri(settings.OtlpEndpoint);
        exporter.Headers = settings.OtlpHeaders;
    }
}
