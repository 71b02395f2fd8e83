// One thing: the stored form of every kind of history event; reading and writing must stay side by side.
using Microsoft.DurableTask;

namespace Aurora.LocalRuntime.Durable.History;

/// <summary>
/// The stored form of turns, messages, failures and tags. The first byte is the version of the form; readers keep reading every
/// version ever released.
/// </summary>
internal static class HistoryCodec
{
    private const byte Version = 1;

    public static byte[] Encode(Turn turn)
    {
        var writer = HistoryWriter.Rent();
        writer.Byte(Version);
        writer.Bool(turn.IsExecuted);
        writer.Int(turn.Events.Count);
        foreach (var item in turn.Events)
        {
            Write(writer, item);
        }

        writer.Int(turn.Actions.Count);
        foreach (var action in turn.Actions)
        {
            Write(writer, action);
        }

        return writer.ToArrayAndReturn();
    }

    public static Turn DecodeTurn(ReadOnlySpan<byte> data)
    {
        var reader = Open(data);
        var isExecuted = reader.Bool();
        var events = new HistoryEvent[reader.Int()];
        for (var i = 0; i < events.Length; i++)
        {
            events[i] = ReadEvent(ref reader);
        }

        var actions = new OrchestrationAction[reader.Int()];
        for (var i = 0; i < actions.Length; i++)
        {
            actions[i] = ReadAction(ref reader);
        }

        return new Turn(events, actions, isExecuted);
    }

    public static byte[] Encode(HistoryEvent item)
    {
        var writer = HistoryWriter.Rent();
        writer.Byte(Version);
        Write(writer, item);
        return writer.ToArrayAndReturn();
    }

    public static HistoryEvent DecodeEvent(ReadOnlySpan<byte> data)
    {
        var reader = Open(data);
        return ReadEvent(ref reader);
    }

    public static byte[]? Encode(TaskFailureDetails? failure)
    {
        if (failure is null)
        {
            return null;
        }

        var writer = HistoryWriter.Rent();
        writer.Byte(Version);
        Write(writer, failure);
        return writer.ToArrayAndReturn();
    }

    public static TaskFailureDetails? DecodeFailure(byte[]? data)
    {
        if (data is null)
        {
            return null;
        }

        var reader = Open(data);
        return ReadFailure(ref reader);
    }

    public static byte[]? Encode(IReadOnlyDictionary<string, string>? tags)
    {
        if (tags is null || tags.Count == 0)
        {
            return null;
        }

        var writer = HistoryWriter.Rent();
        writer.Byte(Version);
        Write(writer, tags);
        return writer.ToArrayAndReturn();
    }

    public static IReadOnlyDictionary<string, string>? DecodeTags(byte[]? data)
    {
        if (data is null)
        {
            return null;
        }

        var reader = Open(data);
        return ReadTags(ref reader);
    }

    internal static void Write(HistoryWriter writer, HistoryEvent item)
    {
        writer.Byte((byte)item.Kind);
        switch (item.Kind)
        {
            case HistoryEventKind.TurnStarted:
                writer.Int(item.Timestamp.Ticks);
                break;
            case HistoryEventKind.Started or HistoryEventKind.Suspended or HistoryEventKind.Resumed:
                writer.Text(item.Payload);
                break;
            case HistoryEventKind.TaskCompleted:
                writer.Int(item.TaskId);
                writer.Text(item.Payload);
                break;
            case HistoryEventKind.TaskFailed:
                writer.Int(item.TaskId);
                writer.Bool(item.Flag);
                Write(writer, item.Failure!);
                break;
            case HistoryEventKind.TimerFired:
                writer.Int(item.TaskId);
                break;
            case HistoryEventKind.EventRaised:
                writer.Text(item.Name);
                writer.Text(item.Payload);
                break;
            case HistoryEventKind.Terminated:
                writer.Text(item.Payload);
                writer.Bool(item.Flag);
                break;
            case HistoryEventKind.Aborted:
                Write(writer, item.Failure!);
                break;
        }
    }

    internal static HistoryEvent ReadEvent(ref HistoryReader reader)
    {
        var kind = (HistoryEventKind)reader.Byte();
        switch (kind)
        {
            case HistoryEventKind.TurnStarted:
                return HistoryEvent.TurnStarted(new DateTime(reader.Int(), DateTimeKind.Utc));
            case HistoryEventKind.Started:
                return HistoryEvent.Started(reader.Text());
            case HistoryEventKind.TaskCompleted:
                return HistoryEvent.TaskCompleted((int)reader.Int(), reader.Text());
            case HistoryEventKind.TaskFailed:
                var taskId = (int)reader.Int();
                var isFinal = reader.Bool();
                return HistoryEvent.TaskFailed(taskId, ReadFailure(ref reader), isFinal);
            case HistoryEventKind.TimerFired:
                return HistoryEvent.TimerFired((int)reader.Int());
            case HistoryEventKind.EventRaised:
                return HistoryEvent.EventRaised(reader.Text() ?? "", reader.Text());
            case HistoryEventKind.Suspended:
                return HistoryEvent.Suspended(reader.Text());
            case HistoryEventKind.Resumed:
                return HistoryEvent.Resumed(reader.Text());
            case HistoryEventKind.Terminated:
                return HistoryEvent.Terminated(reader.Text(), reader.Bool());
            case HistoryEventKind.Aborted:
                return HistoryEvent.Aborted(ReadFailure(ref reader));
        }

        throw new InvalidDataException($"Unknown event {(byte)kind} in a stored history.");
    }

    internal static void Write(HistoryWriter writer, IReadOnlyDictionary<string, string>? tags)
    {
        writer.Int(tags?.Count ?? -1);
        foreach (var (key, value) in tags ?? new Dictionary<string, string>())
        {
            writer.Text(key);
            writer.Text(value);
        }
    }

    internal static IReadOnlyDictionary<string, string>? ReadTags(ref HistoryReader reader)
    {
        var count = (int)reader.Int();
        if (count < 0)
        {
            return null;
        }

        var tags = new Dictionary<string, string>(count, StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            tags[reader.Text() ?? ""] = reader.Text() ?? "";
        }

        return tags;
    }

    internal static HistoryReader Open(ReadOnlySpan<byte> data)
    {
        var reader = new HistoryReader(data);
        var version = reader.Byte();
        return version == Version ? reader : throw new InvalidDataException($"Stored history of version {version} is newer than this engine.");
    }

    internal static void OpenVersion(HistoryWriter writer) => writer.Byte(Version);

    private static void Write(HistoryWriter writer, OrchestrationAction action)
    {
        writer.Byte((byte)action.Kind);
        writer.Int(action.TaskId);
        switch (action.Kind)
        {
            case OrchestrationActionKind.CallActivity:
                writer.Text(action.Name);
                writer.Text(action.Input);
                break;
            case OrchestrationActionKind.CreateTimer:
                writer.Int(action.FireAt.Ticks);
                break;
            case OrchestrationActionKind.CallSubOrchestration or OrchestrationActionKind.SendEvent:
                writer.Text(action.Name);
                writer.Text(action.InstanceId);
                break;
        }
    }

    private static OrchestrationAction ReadAction(ref HistoryReader reader)
    {
        var kind = (OrchestrationActionKind)reader.Byte();
        var taskId = (int)reader.Int();
        return kind switch
        {
            OrchestrationActionKind.CallActivity => new OrchestrationAction { Kind = kind, TaskId = taskId, Name = reader.Text() ?? "", Input = reader.Text() },
            OrchestrationActionKind.CreateTimer => new OrchestrationAction { Kind = kind, TaskId = taskId, FireAt = new DateTime(reader.Int(), DateTimeKind.Utc) },
            OrchestrationActionKind.CallSubOrchestration or OrchestrationActionKind.SendEvent =>
                new OrchestrationAction { Kind = kind, TaskId = taskId, Name = reader.Text() ?? "", InstanceId = reader.Text() },
        };
    }

    private static void Write(HistoryWriter writer, TaskFailureDetails failure)
    {
        writer.Text(failure.ErrorType);
        writer.Text(failure.ErrorMessage);
        writer.Text(failure.StackTrace);
        writer.Bool(failure.InnerFailure is not null);
        if (failure.InnerFailure is not null)
        {
            Write(writer, failure.InnerFailure);
        }
    }

    private static TaskFailureDetails ReadFailure(ref HistoryReader reader)
    {
        var type = reader.Text() ?? "";
        var message = reader.Text() ?? "";
        var stack = reader.Text();
        var inner = reader.Bool() ? ReadFailure(ref reader) : null;
        return new TaskFailureDetails(type, message, stack, inner, null);
    }
}
