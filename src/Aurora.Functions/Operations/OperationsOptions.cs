using Aurora.Functions.Platform;
using Microsoft.Extensions.Options;

namespace Aurora.Functions.Operations;

/// <summary>Settings of the operators' endpoints, section <c>Operations</c>.</summary>
internal sealed class OperationsOptions
{
    /// <summary>The section's name.</summary>
    public const string SectionName = "Operations";

    /// <summary>How long a readiness check may take before it counts as failed; default 2 s, at least 100 ms.</summary>
    public TimeSpan CheckTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Age of the oldest waiting row from which readiness says <c>degraded</c>; default 5 minutes.</summary>
    public TimeSpan BacklogAgeThreshold { get; set; } = TimeSpan.FromMinutes(5);
}

/// <summary>Checks <see cref="OperationsOptions"/> at start.</summary>
internal sealed class OperationsOptionsValidator : IValidateOptions<OperationsOptions>
{
    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, OperationsOptions options)
    {
        var problems = new SettingProblems();
        problems.Require(
            options.CheckTimeout >= TimeSpan.FromMilliseconds(100) && options.CheckTimeout <= TimeSpan.FromMinutes(1),
            "Operations:CheckTimeout must be between 100 ms and 1 minute.");
        problems.Require(options.BacklogAgeThreshold > TimeSpan.Zero, "Operations:BacklogAgeThreshold must be positive.");
        return problems.Result;
    }
}
