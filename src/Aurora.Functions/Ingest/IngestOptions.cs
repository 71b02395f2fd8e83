using Aurora.Functions.Platform;
using Microsoft.Extensions.Options;

namespace Aurora.Functions.Ingest;

/// <summary>Options of the slice Ingest; section <c>Ingest</c>.</summary>
internal sealed class IngestOptions
{
    public const string SectionName = "Ingest";

    /// <summary>The tenant of calls that name none: those of <c>/ingest/message</c>. Default <c>default</c>.</summary>
    public string TenantId { get; set; } = "default";

    /// <summary>Largest body of <c>/ingest/message</c> in bytes; more is answered 413. Default 1 MiB.</summary>
    public int MaxMessageBytes { get; set; } = 1024 * 1024;

    /// <summary>Largest body of a webhook in bytes; more is answered 413. Default 3 MiB.</summary>
    public int MaxWebhookBytes { get; set; } = 3 * 1024 * 1024;

    /// <summary>Deepest nesting of the body of <c>/ingest/message</c>. Default 64.</summary>
    public int MaxDepth { get; set; } = 64;

    /// <summary>Requests that share one commit at most. Default 256.</summary>
    public int MaxBatch { get; set; } = 256;

    /// <summary>Requests that wait for their commit at most; one more is answered 503. Default 10,000.</summary>
    public int MaxQueue { get; set; } = 10_000;

    /// <summary>Commits under way at once, each on a connection of its own. Default 1.</summary>
    public int AcceptLanes { get; set; } = 1;

    /// <summary>
    /// Items of a webhook call up to which it shares commits with single messages; larger calls take their own road, so that
    /// nobody waits behind them. Default 16.
    /// </summary>
    public int LargeCallItems { get; set; } = 16;

    /// <summary>Items of one webhook call in one transaction at most. Default 250.</summary>
    public int MaxItemsPerTransaction { get; set; } = 250;

    /// <summary>When a shed caller may come again. Default 2 s.</summary>
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long a key is remembered; longer than any provider redelivers (seven days), or old deliveries come twice.
    /// Default 30 days.
    /// </summary>
    public TimeSpan InboxRetention { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long the words of a message are kept; the event's row stays. Default 365 days; zero keeps them for ever.</summary>
    public TimeSpan ContentRetention { get; set; } = TimeSpan.FromDays(365);

    /// <summary>How long it is kept on record what a purge cleared. Default 1,095 days (three years).</summary>
    public TimeSpan PurgeRecordRetention { get; set; } = TimeSpan.FromDays(1095);

    /// <summary>Rows one purge statement touches at most. Default 1,000.</summary>
    public int PurgeBatch { get; set; } = 1000;

    /// <summary>Statements one run of the purge issues at most, per kind. Default 100.</summary>
    public int PurgeMaxBatches { get; set; } = 100;
}

/// <summary>Checks <see cref="IngestOptions"/> at start.</summary>
internal sealed class IngestOptionsValidator : IValidateOptions<IngestOptions>
{
    private static readonly TimeSpan LongestRedelivery = TimeSpan.FromDays(7);

    public ValidateOptionsResult Validate(string? name, IngestOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var problems = new SettingProblems("Ingest:");
        problems.Require(options.TenantId.Length is > 0 and <= 64 && !options.TenantId.Contains('|', StringComparison.Ordinal),
            "TenantId has 1 to 64 characters and no '|'.");
        problems.Require(options.MaxMessageBytes is >= 1024 and <= 16 * 1024 * 1024, "MaxMessageBytes is between 1 KiB and 16 MiB.");
        problems.Require(options.MaxWebhookBytes is >= 1024 and <= 64 * 1024 * 1024, "MaxWebhookBytes is between 1 KiB and 64 MiB.");
        problems.Require(options.MaxDepth is >= 1 and <= 512, "MaxDepth is between 1 and 512.");
        problems.Require(options.MaxBatch is >= 1 and <= 4096, "MaxBatch is between 1 and 4096.");
        problems.Require(options.MaxQueue >= options.MaxBatch, "MaxQueue is not below MaxBatch.");
        problems.Require(options.AcceptLanes is >= 1 and <= 16, "AcceptLanes is between 1 and 16.");
        problems.Require(options.LargeCallItems >= 1, "LargeCallItems is at least 1.");
        problems.Require(options.MaxItemsPerTransaction is >= 1 and <= 250, "MaxItemsPerTransaction is between 1 and 250.");
        problems.Require(options.RetryAfter > TimeSpan.Zero, "RetryAfter is positive.");
        problems.Require(options.InboxRetention > LongestRedelivery, "InboxRetention is longer than seven days.");
        problems.Require(options.ContentRetention >= TimeSpan.Zero, "ContentRetention is not negative.");
        problems.Require(options.PurgeRecordRetention > TimeSpan.Zero, "PurgeRecordRetention is positive.");
        problems.Require(options.PurgeBatch is >= 1 and <= 10_000, "PurgeBatch is between 1 and 10,000.");
        problems.Require(options.PurgeMaxBatches >= 1, "PurgeMaxBatches is at least 1.");
        return problems.Result;
    }
}
