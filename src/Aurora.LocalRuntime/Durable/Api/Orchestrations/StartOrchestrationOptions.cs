using System.Collections.Immutable;

namespace Microsoft.DurableTask;

/// <summary>How a new orchestration instance is started.</summary>
public record StartOrchestrationOptions
{
    /// <summary>Options with an id and a start time.</summary>
    /// <param name="InstanceId">The id of the instance; <c>null</c> for a random one.</param>
    /// <param name="StartAt">The earliest start; <c>null</c> or a past time for at once.</param>
    public StartOrchestrationOptions(string? InstanceId = null, DateTimeOffset? StartAt = null)
    {
        this.InstanceId = InstanceId;
        this.StartAt = StartAt;
    }

    /// <summary>Copies options.</summary>
    /// <param name="options">The options to copy.</param>
    public StartOrchestrationOptions(StartOrchestrationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        InstanceId = options.InstanceId;
        StartAt = options.StartAt;
        Tags = options.Tags;
        Version = options.Version;
        DedupeStatuses = options.DedupeStatuses;
    }

    /// <summary>The id of the instance; <c>null</c> for a random one.</summary>
    public string? InstanceId { get; init; }

    /// <summary>The earliest start; <c>null</c> or a past time for at once.</summary>
    public DateTimeOffset? StartAt { get; init; }

    /// <summary>Labels of the instance; empty unless set.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = ImmutableDictionary.Create<string, string>();

    /// <summary>The version of the instance; <c>null</c> for the client's default.</summary>
    public TaskVersion? Version { get; init; }

    /// <summary>
    /// The names of the statuses in which an instance of the same id stops this start with an exception. A running
    /// instance whose status is not listed is terminated and replaced. <c>null</c> stops only for unfinished instances.
    /// </summary>
    public IReadOnlyList<string>? DedupeStatuses { get; init; }
}
