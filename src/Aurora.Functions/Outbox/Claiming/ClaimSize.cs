namespace Aurora.Functions.Outbox.Claiming;

/// <summary>
/// How many rows the next claim takes: one batch, and while claims come back full, twice as many each time up to eight batches.
/// A claim, and every commit behind it, has a price whatever it carries: a backlog shares it (src/adr/0004-outbox-claim.md).
/// </summary>
internal sealed class ClaimSize
{
    private const int MostBatches = 8;
    private const int MostRows = 500;
    private readonly int _least;
    private readonly int _most;
    private volatile int _rows;

    /// <summary>Starts with one batch.</summary>
    /// <param name="batch">Rows of one batch.</param>
    public ClaimSize(int batch)
    {
        _least = batch;
        _most = Math.Max(batch, Math.Min(batch * MostBatches, MostRows));
        _rows = batch;
    }

    /// <summary>Rows the next claim asks for: from one batch to eight, never more than 500.</summary>
    public int Rows => _rows;

    /// <summary>What a claim that asked for <paramref name="asked"/> rows got.</summary>
    public void Observe(int asked, int taken) =>
        _rows = taken >= asked ? Math.Min(_rows * 2, _most) : Math.Max(_rows / 2, _least);
}
