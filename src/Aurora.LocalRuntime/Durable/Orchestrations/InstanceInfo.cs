using Aurora.LocalRuntime.Durable.History;

namespace Aurora.LocalRuntime.Durable.Orchestrations;

/// <summary>The instance that waits for this one, and the task under which it waits.</summary>
internal sealed record ParentLink(string InstanceId, string Name, long Execution, int TaskId)
{
    /// <summary>Writes the link, or that there is none.</summary>
    public static void Write(HistoryWriter writer, ParentLink? parent)
    {
        writer.Bool(parent is not null);
        if (parent is not null)
        {
            writer.Text(parent.InstanceId);
            writer.Text(parent.Name);
            writer.Int(parent.Execution);
            writer.Int(parent.TaskId);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static ParentLink? Read(ref HistoryReader reader) =>
        reader.Bool() ? new ParentLink(reader.Text() ?? "", reader.Text() ?? "", reader.Int(), (int)reader.Int()) : null;
}

/// <summary>What an execution knows about itself from its start to its end.</summary>
internal sealed record InstanceInfo
{
    public required string Id { get; init; }

    /// <summary>Number of this execution, unique in the hub: a restart and each continue-as-new get a new one.</summary>
    public required long Execution { get; init; }

    public required string Name { get; init; }

    public string Version { get; init; } = "";

    public string? Input { get; init; }

    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    public ParentLink? Parent { get; init; }

    public required DateTime CreatedAt { get; init; }

    /// <summary>When a delayed start is due.</summary>
    public DateTime? StartAt { get; init; }
}
