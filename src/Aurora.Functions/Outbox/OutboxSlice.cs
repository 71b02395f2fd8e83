using System.Globalization;
using Aurora.Functions.Outbox.Claiming;
using Aurora.Functions.Outbox.Draining;
using Aurora.Functions.Outbox.Emitting;
using Aurora.Functions.Outbox.Recovering;
using Aurora.Functions.Outbox.Storing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Aurora.Functions.Outbox;

/// <summary>Registers the outbox.</summary>
internal static class OutboxSlice
{
    public static IServiceCollection AddOutbox(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<OutboxOptions>()
            .Bind(configuration.GetSection(OutboxOptions.SectionName))
            .Configure(options => BindRequirementSettings(options, configuration))
            .ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<OutboxOptions>, OutboxOptionsValidator>());

        services.TryAddSingleton<ClaimPosition>();
        services.TryAddSingleton<IOutboxStore, PostgresOutboxStore>();
        services.TryAddSingleton<OutboxWorker>();
        services.TryAddSingleton<OutboxWakeUp>();
        services.TryAddSingleton<OutboxEmitter>();
        services.TryAddSingleton<OutboxHandlers>();
        services.TryAddSingleton<OutboxMarks>();
        services.TryAddSingleton<OutboxKeyRepair>();
        services.TryAddSingleton<OutboxRecovery>();
        services.TryAddSingleton<OutboxDrain>();
        services.TryAddSingleton<OutboxPurge>();
        services.TryAddSingleton(static provider =>
        {
            var options = provider.GetRequiredService<IOptions<OutboxOptions>>().Value;
            return new ItemsInFlight(options.MaxInFlight, options.MaxCachedCharacters);
        });
        services.TryAddSingleton(static provider => new ClaimSize(provider.GetRequiredService<IOptions<OutboxOptions>>().Value.BatchSize));
        return services;
    }

    private static void BindRequirementSettings(OutboxOptions options, IConfiguration configuration)
    {
        BindWhole(OutboxOptions.PollIntervalKey, "of seconds, 1 or more", seconds => options.PollInterval = TimeSpan.FromSeconds(seconds));
        BindWhole(OutboxOptions.BatchSizeKey, "from 1 to 500", rows => options.BatchSize = rows);

        void BindWhole(string key, string range, Action<int> bind)
        {
            if (configuration[key] is not { } text)
            {
                return;
            }

            if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            {
                bind(number);
            }
            else
            {
                options.BindingErrors.Add($"{key} must be a whole number {range}.");
            }
        }
    }
}
