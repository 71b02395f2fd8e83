using Aurora.LocalRuntime.Durable.History;
using Aurora.LocalRuntime.Durable.Orchestrations;
using Aurora.LocalRuntime.Durable.Storage;

namespace Aurora.LocalRuntime.Durable.Engine;

/// <summary>The stored form of messages between instances.</summary>
internal static class MessageCodec
{
    public static byte[] Encode(InstanceMessage message)
    {
        var writer = HistoryWriter.Rent();
        HistoryCodec.OpenVersion(writer);
        writer.Int(message.Execution);
        writer.Bool(message.Start is not null);
        if (message.Start is { } start)
        {
            Write(writer, start);
        }
        else
        {
            HistoryCodec.Write(writer, message.Event!);
        }

        return writer.ToArrayAndReturn();
    }

    public static InstanceMessage Decode(InboxRow row)
    {
        var reader = HistoryCodec.Open(row.Body);
        var execution = reader.Int();
        return reader.Bool()
            ? new InstanceMessage { Target = row.Target, InboxId = row.Id, Execution = execution, Start = ReadStart(ref reader) }
            : new InstanceMessage { Target = row.Target, InboxId = row.Id, Execution = execution, Event = HistoryCodec.ReadEvent(ref reader) };
    }

    private static void Write(HistoryWriter writer, StartRequest start)
    {
        writer.Text(start.Name);
        writer.Text(start.Version);
        writer.Text(start.Input);
        HistoryCodec.Write(writer, start.Tags);
        ParentLink.Write(writer, start.Parent);
    }

    private static StartRequest ReadStart(ref HistoryReader reader) => new()
    {
        Name = reader.Text() ?? "",
        Version = reader.Text() ?? "",
        Input = reader.Text(),
        Tags = HistoryCodec.ReadTags(ref reader),
        Parent = ParentLink.Read(ref reader),
    };
}
