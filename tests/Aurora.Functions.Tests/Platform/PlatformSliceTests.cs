using Aurora.Functions.Platform;
using Aurora.Functions.Platform.Postgres;
using Aurora.Functions.Platform.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;
using Xunit;

namespace Aurora.Functions.Tests.Platform;

public sealed class PlatformSliceTests
{
    [Fact]
    public void ConnectionString_BothAreSet_TheNamedOneWins()
    {
        using var services = Build(("ConnectionStrings:Aurora", "Host=named"), ("DATABASE_URL", "postgres://url/db"));

        Assert.Equal("named", HostOf(services));
    }

    [Fact]
    public void ConnectionString_OnlyTheUrl_IsTranslated()
    {
        using var services = Build(("DATABASE_URL", "postgres://url/db"));

        Assert.Equal("url", HostOf(services));
    }

    [Fact]
    public void ConnectionString_SuppliedAfterRegistration_IsSeen()
    {
        var configuration = new ConfigurationManager();
        using var services = Build(configuration);

        configuration.AddInMemoryCollection([new("ConnectionStrings:Aurora", "Host=late")]);

        Assert.Equal("late", HostOf(services));
    }

    [Fact]
    public async Task Start_NoDatabase_IsOneClearError()
    {
        await using var services = Build();
        var first = services.GetServices<IHostedService>().First();

        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => first.StartAsync(CancellationToken.None));

        Assert.IsType<MigrationStartup>(first);
        Assert.Contains("No database is configured", Assert.Single(refused.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public void Start_UnusableUrl_IsOneClearErrorWithoutThePassword()
    {
        using var services = Build(("DATABASE_URL", "mysql://u:secret@h/d"));

        var refused = Assert.Throws<OptionsValidationException>(() => HostOf(services));

        Assert.DoesNotContain("secret", Assert.Single(refused.Failures), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MaxPoolSize", "3")]
    [InlineData("MaxAutoPrepare", "-1")]
    [InlineData("CommandTimeout", "00:00:00.5")]
    [InlineData("StartupTimeout", "-00:00:01")]
    public void PostgresOptions_OutOfRange_AreRefused(string key, string value)
    {
        using var services = Build(("ConnectionStrings:Aurora", "Host=h"), ($"Platform:Postgres:{key}", value));

        var refused = Assert.Throws<OptionsValidationException>(() => HostOf(services));

        Assert.Contains(key, Assert.Single(refused.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public void DataSource_Defaults_GiveWayToTheConnectionString()
    {
        var ours = new NpgsqlConnectionStringBuilder(Create("Host=h").ConnectionString);
        var theirs = new NpgsqlConnectionStringBuilder(
            Create("Host=h;Maximum Pool Size=7;MaxAutoPrepare=0;Command Timeout=5;Application Name=me;NoResetOnClose=false").ConnectionString);

        Assert.Equal((24, 128, 30, "aurora", true), (ours.MaxPoolSize, ours.MaxAutoPrepare, ours.CommandTimeout, ours.ApplicationName, ours.NoResetOnClose));
        Assert.Equal((7, 0, 5, "me", false), (theirs.MaxPoolSize, theirs.MaxAutoPrepare, theirs.CommandTimeout, theirs.ApplicationName, theirs.NoResetOnClose));

        static NpgsqlDataSource Create(string text) => AuroraDataSource.Create(new PostgresOptions { ConnectionString = text });
    }

    [Fact]
    public void TelemetryOptions_OpenTelemetryVariables_AreBound()
    {
        using var services = Build(
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "k=v"),
            ("OTEL_SERVICE_NAME", "crm"));

        var options = services.GetRequiredService<IOptions<TelemetryOptions>>().Value;

        Assert.Equal(
            ("http://collector:4318", "http/protobuf", "k=v", "crm"),
            (options.OtlpEndpoint, options.OtlpProtocol, options.OtlpHeaders, options.ServiceName));
    }

    [Fact]
    public void Settings_ThereButEmpty_MeanTheDefault()
    {
        using var services = Build(
            ("ConnectionStrings:Aurora", " "),
            ("DATABASE_URL", "postgres://url/db"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", ""),
            ("OTEL_SERVICE_NAME", ""));

        var options = services.GetRequiredService<IOptions<TelemetryOptions>>().Value;

        Assert.Equal(("", "grpc", "aurora"), (options.OtlpEndpoint, options.OtlpProtocol, options.ServiceName));
        Assert.Equal("url", HostOf(services));
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", "carrier-pigeon")]
    [InlineData("Platform:Telemetry:TraceRatio", "2")]
    [InlineData("Platform:Telemetry:MetricInterval", "00:00:00")]
    public void TelemetryOptions_Unusable_AreRefused(string key, string value)
    {
        using var services = Build((key, value));

        Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<TelemetryOptions>>().Value);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("http/protobuf")]
    public async Task TelemetryExport_WithAndWithoutACollector_StartsAndStops(string? protocol)
    {
        await using var services = protocol is null
            ? Build()
            : Build(("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1"), ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol));
        var export = services.GetServices<IHostedService>().OfType<TelemetryExport>().Single();

        // Nobody listens there: an unreachable collector must not keep the app from starting.
        await export.StartAsync(CancellationToken.None);
        Assert.NotNull(export);
    }

    private static string? HostOf(IServiceProvider services) =>
        new NpgsqlConnectionStringBuilder(services.GetRequiredService<IOptions<PostgresOptions>>().Value.ConnectionString).Host;

    private static ServiceProvider Build(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationManager();
        configuration.AddInMemoryCollection(settings.Select(s => new KeyValuePair<string, string?>(s.Key, s.Value)));
        return Build(configuration);
    }

    private static ServiceProvider Build(ConfigurationManager configuration) =>
        new ServiceCollection().AddLogging().AddPlatform(configuration).BuildServiceProvider(validateScopes: true);
}
