using Npgsql;

namespace Aurora.Functions.Channels;

/// <summary>An item on its way into the database: what it is, whose it is, and under which trace.</summary>
internal sealed record AcceptedItem(InboundItem Item, ChannelAccount Account, Guid CorrelationId, DateTimeOffset AcceptedAt);

/// <summary>
/// Where inbound items go that are no CRM messages: a slice registers one for the items it wants. Of several that take an
/// item the first registered one gets it.
/// </summary>
internal interface IInboundSink
{
    /// <summary>A short name for metrics.</summary>
    string Name { get; }

    /// <summary>Whether this sink wants the item. Pure and fast: it is asked for every item.</summary>
    bool Takes(InboundItem item, ChannelAccount account);

    /// <summary>
    /// Stores the items in the accepting transaction. SQL only, no network and no waiting: the transaction is open and may be
    /// shared. Called once per transaction with new items only (a redelivered one never gets here); when it throws, nothing
    /// of the transaction is kept and the provider delivers again.
    /// </summary>
    Task StoreAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        IReadOnlyList<AcceptedItem> items,
        CancellationToken cancellation);
}
