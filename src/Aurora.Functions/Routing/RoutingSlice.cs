using Aurora.Functions.Routing.Consuming;
using Aurora.Functions.Routing.Deciding;
using Aurora.Functions.Routing.Purging;
using Aurora.Functions.Routing.Running;
using Aurora.Functions.Routing.Specialists;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Aurora.Functions.Routing;

/// <summary>Registers the MHC HyperRouter.</summary>
internal static class RoutingSlice
{
    public static IServiceCollection AddRouting(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<RoutingOptions>().Bind(configuration.GetSection(RoutingOptions.SectionName)).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RoutingOptions>, RoutingOptionsValidator>());

        services.AddSpecialist(SafetyRules.Name, nameof(SafetySpecialistActivity));
        services.AddSpecialist(SrvSpecialistActivity.Name, nameof(SrvSpecialistActivity));

        services.TryAddSingleton<SpecialistCatalogue>();
        services.TryAddSingleton<SpecialistRunner>();
        services.TryAddSingleton<DecisionStore>();
        services.TryAddSingleton<RoutingHandler>();
        services.TryAddSingleton<DecisionPurge>();
        services.TryAddSingleton<ConsumerCatalogue>();
        services.AddSingleton(static provider => provider.GetRequiredService<RoutingHandler>().ToOutboxHandler());
        services.AddSingleton(TellConsumerOrchestrator.ToOutboxHandler());
        return services;
    }

    /// <summary>Registers one more specialist: its name and the activity that runs it.</summary>
    public static IServiceCollection AddSpecialist(this IServiceCollection services, string name, string activity) =>
        services.AddSingleton(new Specialist(name, activity));
}
