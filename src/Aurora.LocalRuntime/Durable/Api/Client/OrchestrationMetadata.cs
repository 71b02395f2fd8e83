using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text;

namespace Microsoft.DurableTask.Client;

/// <summary>What a client sees of an orchestration instance at one moment.</summary>
public sealed class OrchestrationMetadata
{
    private const int ShownPayloadLength = 50;

    /// <summary>Makes the description of an instance.</summary>
    /// <param name="name">The name of the orchestrator.</param>
    /// <param name="instanceId">The id of the instance.</param>
    public OrchestrationMetadata(string name, string instanceId)
    {
        Name = name;
        InstanceId = instanceId;
    }

    /// <summary>The name of the orchestrator.</summary>
    public string Name { get; }

    /// <summary>The id of the instance.</summary>
    public string InstanceId { get; }

    /// <summary>Reads the payloads; <c>null</c> when they were not asked for.</summary>
    public DataConverter? DataConverter { get; init; }

    /// <summary>Where the instance stands.</summary>
    public OrchestrationRuntimeStatus RuntimeStatus { get; init; }

    /// <summary>When the instance was created.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the instance last took a step.</summary>
    public DateTimeOffset LastUpdatedAt { get; init; }

    /// <summary>The stored input; <c>null</c> when there is none or it was not asked for.</summary>
    public string? SerializedInput { get; init; }

    /// <summary>
    /// The stored output; of a failed instance the failure as plain text, of a terminated one what the client gave.
    /// <c>null</c> when there is none or it was not asked for.
    /// </summary>
    public string? SerializedOutput { get; init; }

    /// <summary>The stored custom status; <c>null</c> when there is none or it was not asked for.</summary>
    public string? SerializedCustomStatus { get; init; }

    /// <summary>The labels the instance was started with.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = ImmutableDictionary.Create<string, string>();

    /// <summary>Why the instance failed; <c>null</c> unless it did.</summary>
    public TaskFailureDetails? FailureDetails { get; init; }

    /// <summary>Whether the instance is in the status <see cref="OrchestrationRuntimeStatus.Running"/>.</summary>
    public bool IsRunning => RuntimeStatus == OrchestrationRuntimeStatus.Running;

    /// <summary>Whether the instance has ended: completed, failed or terminated.</summary>
    public bool IsCompleted => RuntimeStatus
        is OrchestrationRuntimeStatus.Completed
        or OrchestrationRuntimeStatus.Failed
        or OrchestrationRuntimeStatus.Terminated;

    /// <summary>Reads the input.</summary>
    /// <typeparam name="T">The type to read.</typeparam>
    /// <returns>The input; <c>null</c> when there is none.</returns>
    /// <exception cref="InvalidOperationException">The payloads were not asked for.</exception>
    public T? ReadInputAs<T>() => Converter().Deserialize<T>(SerializedInput);

    /// <summary>Reads the output.</summary>
    /// <typeparam name="T">The type to read.</typeparam>
    /// <returns>The output; <c>null</c> when there is none.</returns>
    /// <exception cref="InvalidOperationException">The payloads were not asked for.</exception>
    public T? ReadOutputAs<T>() => Converter().Deserialize<T>(SerializedOutput);

    /// <summary>Reads the custom status.</summary>
    /// <typeparam name="T">The type to read.</typeparam>
    /// <returns>The custom status; <c>null</c> when there is none.</returns>
    /// <exception cref="InvalidOperationException">The payloads were not asked for.</exception>
    public T? ReadCustomStatusAs<T>() => Converter().Deserialize<T>(SerializedCustomStatus);

    /// <summary>The instance on one line, with the beginning of its payloads.</summary>
    /// <returns>The line.</returns>
    public override string ToString()
    {
        var text = new StringBuilder(
            $"[Name: '{Name}', ID: '{InstanceId}', RuntimeStatus: {RuntimeStatus}, CreatedAt: {CreatedAt:s}, "
            + $"LastUpdatedAt: {LastUpdatedAt:s}");
        if (SerializedInput is not null)
        {
            text.Append(", Input: '").Append(Shown(SerializedInput)).Append('\'');
        }

        if (SerializedOutput is not null)
        {
            text.Append(", Output: '").Append(Shown(SerializedOutput)).Append('\'');
        }

        if (FailureDetails is not null)
        {
            text.Append(", FailureDetails: '").Append(FailureDetails.ErrorType).Append(" - ")
                .Append(Shown(FailureDetails.ErrorMessage)).Append('\'');
        }

        return text.Append(']').ToString();
    }

    private static string Shown(string payload)
        => payload.Length > ShownPayloadLength ? payload[..ShownPayloadLength] + "..." : payload;

    private DataConverter Converter([CallerMemberName] string? member = null)
        => DataConverter ?? throw new InvalidOperationException(
            $"{member} needs an instance that was fetched with its inputs and outputs.");
}
