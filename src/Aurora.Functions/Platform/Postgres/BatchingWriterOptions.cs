namespace Aurora.Functions.Platform.Postgres;

/// <summary>Bounds of one <see cref="BatchingWriter{TItem, TOutcome}"/>.</summary>
internal sealed record BatchingWriterOptions
{
    /// <summary>Items in one commit at most. Default 256.</summary>
    public int MaxBatch { get; init; } = 256;

    /// <summary>Items waiting at most; one more is refused at once. Default 10,000.</summary>
    public int MaxQueue { get; init; } = 10_000;

    /// <summary>Batches (and connections) in flight at once. Default 1: the largest batches, the fewest commits.</summary>
    public int Lanes { get; init; } = 1;

    /// <summary>How often a batch that lost a conflict (40001, 40P01) is run again as a whole. Default 3.</summary>
    public int ConflictRetries { get; init; } = 3;

    /// <summary>How long disposal waits for what is queued before it cancels the running batches. Default 10 s.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
