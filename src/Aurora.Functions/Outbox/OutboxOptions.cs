using Aurora.Functions.Platform;
using Microsoft.Extensions.Options;

namespace Aurora.Functions.Outbox;

/// <summary>
/// How the outbox works. Bound to <c>Outbox</c>; <c>CRM_OUTBOX_POLL_INTERVAL</c> and <c>CRM_OUTBOX_BATCH_SIZE</c> keep the
/// names, units and defaults of the requirement.
/// </summary>
internal sealed class OutboxOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Outbox";

    /// <summary>Whole seconds between two polls. Default 2.</summary>
    public const string PollIntervalKey = "CRM_OUTBOX_POLL_INTERVAL";

    /// <summary>Rows of one batch, 1 to 500. Default 25. While a backlog lasts, a claim takes up to eight batches.</summary>
    public const string BatchSizeKey = "CRM_OUTBOX_BATCH_SIZE";

    /// <summary>Time between two polls; the safety net behind the wake-up. Default 2 s, whole seconds.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Rows of one batch. Default 25, 1 to 500.</summary>
    public int BatchSize { get; set; } = 25;

    /// <summary>How long a claim is exclusive; longer than a normal run. Default 60 s, at least 10 s.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Rows this process works on at once. Default 1024.</summary>
    public int MaxInFlight { get; set; } = 1024;

    /// <summary>
    /// Whether the poll's invocation stays until just before the next tick, to take rows up the moment they are accepted.
    /// Default true; false on plans billed by execution time.
    /// </summary>
    public bool Linger { get; set; } = true;

    /// <summary>Attempts after which a failing row is dead and frees its key. Default 10.</summary>
    public int AttemptsCeiling { get; set; } = 10;

    /// <summary>How long finished rows are kept. Default 7 days.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Rows one purge transaction deletes. Default 2,000.</summary>
    public int PurgeBatch { get; set; } = 2_000;

    /// <summary>Payload characters of rows in flight kept in memory; beyond it activities read the row. Default 32 Mi.</summary>
    public long MaxCachedCharacters { get; set; } = 32 * 1024 * 1024;

    /// <summary>What could not be read from the requirement's settings; reported by the validator.</summary>
    internal List<string> BindingErrors { get; } = [];
}

/// <summary>Refuses to start with settings that would lose the outbox's promises.</summary>
internal sealed class OutboxOptionsValidator : IValidateOptions<OutboxOptions>
{
    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, OutboxOptions options)
    {
        var problems = new SettingProblems(known: options.BindingErrors);
        problems.Require(
            options.PollInterval >= TimeSpan.FromSeconds(1) && options.PollInterval.Ticks % TimeSpan.TicksPerSecond == 0,
            $"{OutboxOptions.PollIntervalKey} must be a whole number of seconds, 1 or more.");
        problems.Require(options.BatchSize is >= 1 and <= 500, $"{OutboxOptions.BatchSizeKey} must be from 1 to 500.");
        problems.Require(options.Lease >= TimeSpan.FromSeconds(10), "Outbox:Lease must be at least 10 seconds.");
        problems.Require(options.MaxInFlight is >= 1 and <= 100_000, "Outbox:MaxInFlight must be from 1 to 100000.");
        problems.Require(options.AttemptsCeiling >= 1, "Outbox:AttemptsCeiling must be at least 1.");
        problems.Require(options.Retention > TimeSpan.Zero, "Outbox:Retention must be positive.");
        problems.Require(options.PurgeBatch is >= 1 and <= 50_000, "Outbox:PurgeBatch must be from 1 to 50000.");
        problems.Require(options.MaxCachedCharacters >= 0, "Outbox:MaxCachedCharacters must not be negative.");
        return problems.Result;
    }
}
