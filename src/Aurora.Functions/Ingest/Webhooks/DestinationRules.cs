using Aurora.Functions.Channels;

namespace Aurora.Functions.Ingest.Webhooks;

/// <summary>Which inbound items are CRM messages. Pure.</summary>
internal static class DestinationRules
{
    /// <summary>
    /// A message written by a person to an account that serves customers. Groups and accounts with another purpose never get
    /// there, whatever sinks are registered; receipts, reactions and attachments are no messages.
    /// </summary>
    public static bool IsCrmMessage(InboundItem item, ChannelAccount account) =>
        item.Kind == InboundKind.MessageReceived && !item.IsGroup && account.Purpose == AccountPurpose.Crm;

    /// <summary>Items whose words would be lost when no slice stores them.</summary>
    public static bool KeepsText(InboundItem item) => item.Kind == InboundKind.MessageReceived;
}
