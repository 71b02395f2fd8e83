using Aurora.Functions.Channels.Accounts;
using Aurora.Functions.Channels.WhatsApp;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Aurora.Functions.Channels;

/// <summary>Registers the channels: one adapter per provider, our accounts, and in Development the demo account.</summary>
internal static class ChannelsSlice
{
    public static IServiceCollection AddChannels(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<ChannelsOptions>().Bind(configuration.GetSection(ChannelsOptions.SectionName)).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ChannelsOptions>, ChannelsOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<ChannelsOptions>, DemoSecrets>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IWebhookAdapter, WhatsAppCloudAdapter>());
        services.TryAddSingleton<ChannelAccountDirectory>();
        services.AddHostedService<DemoAccountSeeder>();
        return services;
    }
}
