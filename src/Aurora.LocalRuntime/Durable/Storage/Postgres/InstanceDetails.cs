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
        ParentLink.Write(writer, info.Parent);

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
        var parent = ParentLink.Read(ref reader);
        return info with { Version = version, Tags = tags, StartAt = startAt < 0 ? null : new DateTime(startAt, DateTimeKind.Utc), Parent = parent };
    }
}
