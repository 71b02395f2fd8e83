using Aurora.Functions.Channels;
using Npgsql;

namespace Aurora.Functions.Ingest.Accepting;

internal sealed partial class PostgresAcceptStore
{
    /// <summary>Hands new items to the slices that store them, in the open transaction, one call per sink.</summary>
    private static async Task StoreInSinksAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        AcceptRow[] rows,
        AcceptOutcome[] outcomes,
        CancellationToken cancellation)
    {
        var bySink = new Dictionary<IInboundSink, List<AcceptedItem>>();
        for (var i = 0; i < rows.Length; i++)
        {
            if (rows[i] is { Sink: { } sink, SinkItem: { } item } && outcomes[i].Result == AcceptResult.Accepted)
            {
                if (!bySink.TryGetValue(sink, out var items))
                {
                    bySink[sink] = items = [];
                }

                items.Add(item);
            }
        }

        foreach (var (sink, items) in bySink)
        {
            await sink.StoreAsync(connection, transaction, items, cancellation);
        }
    }
}
