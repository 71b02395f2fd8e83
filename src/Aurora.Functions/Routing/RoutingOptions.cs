using Aurora.Functions.Routing.Specialists;
using Microsoft.Extensions.Options;

namespace Aurora.Functions.Routing;

/// <summary>How messages are routed. Bound to <c>Routing</c>.</summary>
internal sealed class RoutingOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Routing";

    /// <summary>Time of one try of one specialist. Default 10 s.</summary>
    public TimeSpan SpecialistTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Time of one try to tell one consumer of a decision. Default 30 s.</summary>
    public TimeSpan ConsumerTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long finished orchestrations can be looked at. Default 1 day.</summary>
    public TimeSpan InstanceRetention { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How long decisions are kept; not shorter than <see cref="InstanceRetention"/>. Default 180 days.</summary>
    public TimeSpan DecisionRetention { get; set; } = TimeSpan.FromDays(180);

    /// <summary>Decisions one purge transaction deletes, 1 to 10,000. Default 2,000.</summary>
    public int PurgeBatch { get; set; } = 2_000;
}

/// <summary>Refuses times that make no sense, and specialists that would shadow each other.</summary>
internal sealed class RoutingOptionsValidator(IEnumerable<Specialist> specialists) : IValidateOptions<RoutingOptions>
{
    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, RoutingOptions options)
    {
        if (SpecialistCatalogue.FindMistake(specialists) is { } mistake)
        {
            return ValidateOptionsResult.Fail(mistake);
        }

        if (options.SpecialistTimeout <= TimeSpan.Zero || options.SpecialistTimeout > TimeSpan.FromMinutes(5))
        {
            return ValidateOptionsResult.Fail("Routing:SpecialistTimeout must be positive and at most 5 minutes.");
        }

        if (options.ConsumerTimeout <= TimeSpan.Zero || options.ConsumerTimeout > TimeSpan.FromMinutes(5))
        {
            return ValidateOptionsResult.Fail("Routing:ConsumerTimeout must be positive and at most 5 minutes.");
        }

        if (options.InstanceRetention <= TimeSpan.Zero)
        {
            return ValidateOptionsResult.Fail("Routing:InstanceRetention must be positive.");
        }

        if (options.DecisionRetention < options.InstanceRetention)
        {
            return ValidateOptionsResult.Fail("Routing:DecisionRetention must not be shorter than Routing:InstanceRetention.");
        }

        return options.PurgeBatch is >= 1 and <= 10_000
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail("Routing:PurgeBatch must be between 1 and 10,000.");
    }
}
