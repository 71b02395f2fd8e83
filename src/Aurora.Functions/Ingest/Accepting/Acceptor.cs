using Aurora.Functions.Outbox;
using Aurora.Functions.Platform.Postgres;
using Microsoft.Extensions.Options;

namespace Aurora.Functions.Ingest.Accepting;

/// <summary>
/// The one road into the database: what concurrent callers bring shares commits. Calls with many items have a writer of their
/// own, so that a single message never waits behind them.
/// </summary>
internal sealed class Acceptor : IAsyncDisposable
{
    private const int LargeCallsPerCommit = 4;
    private readonly BatchingWriter<AcceptRow[], AcceptOutcome[]> _small;
    private readonly BatchingWriter<AcceptRow[], AcceptOutcome[]> _large;
    private readonly OutboxWakeUp _wakeUp;
    private readonly IngestOptions _options;

    public Acceptor(PostgresAcceptStore store, OutboxWakeUp wakeUp, IOptions<IngestOptions> options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _wakeUp = wakeUp;
        _options = options.Value;
        _small = new BatchingWriter<AcceptRow[], AcceptOutcome[]>(
            "accept",
            new BatchingWriterOptions { MaxBatch = _options.MaxBatch, MaxQueue = _options.MaxQueue, Lanes = _options.AcceptLanes },
            store.WriteAsync);
        _large = new BatchingWriter<AcceptRow[], AcceptOutcome[]>(
            "accept-large",
            new BatchingWriterOptions { MaxBatch = LargeCallsPerCommit, MaxQueue = Math.Max(1, _options.MaxQueue / 100) },
            store.WriteAsync);
    }

    /// <summary>Whether a new call would be refused: asked before any work is done for it.</summary>
    public bool IsFull => _small.Waiting >= _options.MaxQueue;

    /// <summary>Stores one message; answered after its commit.</summary>
    public async ValueTask<AcceptOutcome> AcceptAsync(AcceptRow row, CancellationToken cancellation) =>
        (await WriteAsync([row], cancellation))[0];

    /// <summary>Stores the items of one call, in their order, each chunk in one transaction.</summary>
    public async ValueTask<IReadOnlyList<AcceptOutcome>> AcceptAsync(
        IReadOnlyList<AcceptRow> rows, CancellationToken cancellation)
    {
        var outcomes = new List<AcceptOutcome>(rows.Count);
        foreach (var chunk in rows.Chunk(_options.MaxItemsPerTransaction))
        {
            outcomes.AddRange(await WriteAsync(chunk, cancellation));
        }

        return outcomes;
    }

    public async ValueTask DisposeAsync()
    {
        await _small.DisposeAsync();
        await _large.DisposeAsync();
    }

    private async ValueTask<AcceptOutcome[]> WriteAsync(AcceptRow[] rows, CancellationToken cancellation)
    {
        var outcomes = await (rows.Length <= _options.LargeCallItems ? _small : _large).WriteAsync(rows, cancellation);
        for (var i = 0; i < rows.Length; i++)
        {
            if (rows[i].Message is not null && outcomes[i].Result == AcceptResult.Accepted)
            {
                _wakeUp.Signal();
                break;
            }
        }

        return outcomes;
    }
}
