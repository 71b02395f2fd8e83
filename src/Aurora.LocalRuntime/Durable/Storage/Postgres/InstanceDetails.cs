using Aurora.LocalRuntime.Durable.History;
using Aurora.LocalRuntime.Durable.Orchestrations;

namespace Aurora.LocalRuntime.Durable.Storage.Postgres;

/// <summary>What few instances have, packed into one column: version, tags, parent, delayed start.</summary>
internal static class InstanceDetails
{
    public static byte[]? Encode(InstanceInfo info)
    {
        if (info.Version.Length == 0 && info.Tags is null && info.Parent is null && info.StartAt is null)
        {
            return null;
        }

        var writer = HistoryWriter.Rent();
        HistoryCodec.OpenVersion(writer);
        writer.Text(info.Version);
        HistoryCodec.Write(writer, info.Tags);
        writer.Int(info.StartAt?.Ticks ?? -1);
        writer.Bool(info.Parent is not null);
        if (info.Parent is { } parent)
        {
            writer.Text(parent.InstanceId);
            writer.Text(parent.Name);
            writer.Int(parent.Execution);
            writer.Int(parent.TaskId);
        }

        return writer.ToArrayAndReturn();
    }

    public static InstanceInfo Apply(InstanceInfo info, byte[]? details)
    {
        if (details is null)
        {
            return info;
        }

        var reader = HistoryCodec.Open(details);
        var version = reader.Text() ?? "";
        var tags = HistoryCodec.ReadTags(ref reader);
        var startAt = reader.Int();
        var parent = reader.Bool() ? new ParentLink(reader.Text() ?? "", reader.Text() ?? "", reader.Int(), (int)reader.Int()) : null;
        return info with { Version = version, Tags = tags, StartAt = startAt < 0 ? null : new DateTime(startAt, DateTimeKind.Utc), Parent = parent };
    }
}
