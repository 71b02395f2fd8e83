using Aurora.Functions.Channels;
using Aurora.Functions.Ingest.Accepting;
using Aurora.Functions.Ingest.Messages;
using Aurora.Functions.Outbox;
using Aurora.Functions.Platform.Json;
using Aurora.Functions.Platform.Time;

namespace Aurora.Functions.Ingest.Webhooks;

/// <summary>Makes rows of inbound items: each gets its key, its trace and its destination.</summary>
internal sealed class InboundRows(IEnumerable<IInboundSink> sinks, DatabaseClock clock)
{
    private readonly IInboundSink[] _sinks = [.. sinks];

    /// <summary>
    /// The row of one item. <paramref name="traceOfMessage"/> is the trace of the message an attachment belongs to.
    /// </summary>
    public AcceptRow Of(IWebhookAdapter adapter, InboundItem item, ChannelAccount account, Guid? traceOfMessage)
    {
        var traceId = traceOfMessage ?? Guid.CreateVersion7();
        var at = clock.NextOrdered();
        if (DestinationRules.IsCrmMessage(item, account))
        {
            return new AcceptRow(traceId, at, Entry(item, account, InboundDetail.None), Message(adapter, item, account));
        }

        var sink = Array.Find(_sinks, s => s.Takes(item, account));
        var detail = sink is null && DestinationRules.KeepsText(item) ? InboundDetail.WithText : InboundDetail.Small;
        return new AcceptRow(traceId, at, Entry(item, account, detail), Message: null)
        {
            Sink = sink,
            SinkItem = sink is null ? null : new AcceptedItem(item, account, traceId, at),
        };
    }

    /// <summary>Where a row goes, for the metrics.</summary>
    public static string DestinationOf(AcceptRow row) => row switch
    {
        { Message: not null } => "crm",
        { Sink: { } sink } => sink.Name,
        _ => "inbox",
    };

    private static InboxEntry Entry(InboundItem item, ChannelAccount account, InboundDetail detail) => new(
        Guid.CreateVersion7(),
        account.TenantId,
        account.Channel,
        item.EventId,
        account.AccountId,
        item.Kind.ToString(),
        detail == InboundDetail.None ? MessageRules.EmptyMetadata : InboundJson.Detail(item, detail == InboundDetail.WithText));

    private static CrmMessage Message(IWebhookAdapter adapter, InboundItem item, ChannelAccount account)
    {
        var content = item.Text ?? "";
        return new CrmMessage(
            EventId: Guid.CreateVersion7(),
            OutboxId: Guid.CreateVersion7(),
            NewContactId: Guid.CreateVersion7(),
            adapter.Source,
            item.Aliases[0],
            content,
            JsonTextRules.CodePoints(content),
            InboundJson.Metadata(item, account),
            ContactIdentityRules.For(adapter.Source),
            KeyPrefix: $"{account.TenantId}|{account.Channel}|{account.AccountId}|",
            OutboxLane.Live,
            new SenderAliases(account.TenantId, adapter.Family, item.Aliases));
    }

    private enum InboundDetail
    {
        None,
        Small,
        WithText,
    }
}
