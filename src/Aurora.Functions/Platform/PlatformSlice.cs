using Aurora.Functions.Platform.Postgres;
using Aurora.Functions.Platform.Telemetry;
using Aurora.Functions.Platform.Time;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Aurora.Functions.Platform;

/// <summary>Registers what every slice stands on. Its hosted services come first, so it is added before all others.</summary>
internal static class PlatformSlice
{
    private const string ConnectionStringName = "Aurora";
    private const string DatabaseUrlKey = "DATABASE_URL";

    public static IServiceCollection AddPlatform(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        AddPostgres(services, configuration);
        AddTelemetry(services, configuration);
        return services;
    }

    private static void AddPostgres(IServiceCollection services, IConfiguration configuration)
    {
        // Bound late and not validated by ValidateOnStart: the host may supply the connection string while it starts.
        // The first hosted service reads the options, so a missing one still stops the start with one clear error.
        services.AddOptions<PostgresOptions>()
            .Bind(configuration.GetSection(PostgresOptions.SectionName))
            .Configure(options => BindConnectionString(options, configuration));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PostgresOptions>, PostgresOptionsValidator>());

        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => AuroraDataSource.Create(provider.GetRequiredService<IOptions<PostgresOptions>>().Value));
        services.TryAddSingleton<MigrationRunner>();
        services.TryAddSingleton<DatabaseClock>();
        AddLazy<NpgsqlDataSource>(services);
        AddLazy<MigrationRunner>(services);
        AddLazy<DatabaseClock>(services);
        services.AddHostedService<MigrationStartup>();
        services.AddHostedService<DatabaseClockRefresher>();
    }

    private static void AddTelemetry(IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<TelemetryOptions>()
            .Bind(configuration.GetSection(TelemetryOptions.SectionName))
            .Configure(options =>
            {
                options.OtlpEndpoint = Setting("OTEL_EXPORTER_OTLP_ENDPOINT", options.OtlpEndpoint);
                options.OtlpProtocol = Setting("OTEL_EXPORTER_OTLP_PROTOCOL", options.OtlpProtocol);
                options.OtlpHeaders = Setting("OTEL_EXPORTER_OTLP_HEADERS", options.OtlpHeaders);
                options.ServiceName = Setting("OTEL_SERVICE_NAME", options.ServiceName);
            })
            .ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TelemetryOptions>, TelemetryOptionsValidator>());
        services.AddMetrics();
        services.AddHostedService<TelemetryExport>();

        // A variable that is there but empty means the same as one that is not there.
        string Setting(string name, string otherwise) => configuration[name] is { Length: > 0 } value ? value : otherwise;
    }

    private static void BindConnectionString(PostgresOptions options, IConfiguration configuration)
    {
        var named = configuration.GetConnectionString(ConnectionStringName);
        var (address, source) = string.IsNullOrWhiteSpace(named)
            ? (configuration[DatabaseUrlKey], DatabaseUrlKey)
            : (named, "ConnectionStrings:Aurora");
        if (string.IsNullOrWhiteSpace(address))
        {
            return;
        }

        if (DatabaseAddress.TryTranslate(address, source, out var connectionString, out var error))
        {
            options.ConnectionString = connectionString;
        }
        else
        {
            options.ConnectionStringError = error;
        }
    }

    private static void AddLazy<T>(IServiceCollection services)
        where T : class =>
        services.TryAddSingleton(provider => new Lazy<T>(provider.GetRequiredService<T>));
}
