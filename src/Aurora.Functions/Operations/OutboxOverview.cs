namespace Aurora.Functions.Operations;

/// <summary>The state of the outbox.</summary>
/// <param name="Counts">Rows by status; <c>dead</c> are FAILED rows that were given up.</param>
/// <param name="WaitingKeys">Partition keys with unfinished rows.</param>
/// <param name="OldestWaitingAt">When the oldest unfinished row was accepted, null when nothing waits.</param>
/// <param name="OldestWaitingSeconds">Its age in seconds, 0 when nothing waits.</param>
/// <param name="Dead">The newest dead rows, at most the limit that was asked for.</param>
/// <param name="Next">The cursor of the next page of dead rows, null on the last page.</param>
internal sealed record OutboxOverview(
    OutboxCounts Counts,
    long WaitingKeys,
    DateTimeOffset? OldestWaitingAt,
    double OldestWaitingSeconds,
    IReadOnlyList<DeadRowView> Dead,
    string? Next);

/// <summary>Rows by status.</summary>
internal sealed record OutboxCounts(long Pending, long Processing, long Completed, long Failed, long Dead);

/// <summary>A row that was given up.</summary>
internal sealed record DeadRowView(
    string Id, string TraceId, string EventType, int Attempts, string? LastError, DateTimeOffset CreatedAt, DateTimeOffset DeadAt);

/// <summary>Answer of a retry by hand.</summary>
internal sealed record RetryAnswer(string OutboxId, string Status);
