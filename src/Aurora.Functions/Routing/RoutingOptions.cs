using Aurora.Functions.Platform;
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
        var problems = new SettingProblems();
        var mistake = SpecialistCatalogue.FindMistake(specialists);
        problems.Require(mistake is null, mistake ?? "");
        problems.Require(IsTimeout(options.SpecialistTimeout), "Routing:SpecialistTimeout must be positive and at most 5 minutes.");
        problems.Require(IsTimeout(options.ConsumerTimeout), "Routing:ConsumerTimeout must be positive and at most 5 minutes.");
        problems.Require(options.InstanceRetention > TimeSpan.Zero, "Routing:InstanceRetention must be positive.");
        problems.Require(
            options.DecisionRetention >= options.InstanceRetention,
            "Routing:DecisionRetention must not be shorter than Routing:InstanceRetention.");
        problems.Require(options.PurgeBatch is >= 1 and <= 10_000, "Routing:PurgeBatch must be between 1 and 10,000.");
        return problems.Result;
    }

    private static bool IsTimeout(TimeSpan time) => time > TimeSpan.Zero && time <= TimeSpan.FromMinutes(5);
}
