using Microsoft.Extensions.Logging;

namespace Aurora.Functions.Platform.Telemetry;

/// <summary>Everything Platform logs (1900 to 1999).</summary>
internal static partial class PlatformLog
{
    [LoggerMessage(1900, LogLevel.Information, "Applied migration {Version:D4}_{Name} in {ElapsedMs} ms")]
    public static partial void MigrationApplied(ILogger logger, int version, string name, int elapsedMs);

    [LoggerMessage(1901, LogLevel.Debug, "The schema is current: {Known} migrations, {Applied} applied now")]
    public static partial void SchemaReady(ILogger logger, int known, int applied);

    [LoggerMessage(1902, LogLevel.Warning, "The database clock could not be measured; the last offset stays in use")]
    public static partial void ClockNotMeasured(ILogger logger, Exception exception);

    [LoggerMessage(1903, LogLevel.Information, "Exporting metrics and traces to {Endpoint} by {Protocol}")]
    public static partial void Exporting(ILogger logger, string endpoint, string protocol);
}
