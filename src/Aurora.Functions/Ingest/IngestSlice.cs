using Aurora.Functions.Ingest.Accepting;
using Aurora.Functions.Ingest.Messages;
using Aurora.Functions.Ingest.Purging;
using Aurora.Functions.Ingest.Webhooks;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Aurora.Functions.Ingest;

/// <summary>Registers the accepting road. Stands on Platform, Channels and Outbox.</summary>
internal static class IngestSlice
{
    public static IServiceCollection AddIngest(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<IngestOptions>().Bind(configuration.GetSection(IngestOptions.SectionName)).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<IngestOptions>, IngestOptionsValidator>());
        services.TryAddSingleton<IngestMetrics>();
        services.TryAddSingleton<PostgresAcceptStore>();
        services.TryAddSingleton<Acceptor>();
        services.TryAddSingleton<EdgeGuard>();
        services.TryAddSingleton<InboundRows>();
        services.TryAddSingleton<MessageEndpoint>();
        services.TryAddSingleton<WebhookEndpoint>();
        services.TryAddSingleton<IngestPurge>();
        return services;
    }
}
