using System.Runtime.InteropServices;

namespace Aurora.Functions.Outbox;

/// <summary>What a claim asks for.</summary>
/// <param name="WorkerId">Incarnation of the claiming worker, written to <c>locked_by</c>.</param>
/// <param name="Limit">Most rows wanted.</param>
/// <param name="Now">The instant due times are compared with.</param>
/// <param name="LockedUntil">End of the lease.</param>
internal sealed record OutboxClaimRequest(string WorkerId, int Limit, DateTimeOffset Now, DateTimeOffset LockedUntil);

/// <summary>A claim that failed: why, when it may be tried again, and whether it leaves the claim for good.</summary>
internal sealed record OutboxFailure(OutboxClaim Claim, string Reason, DateTimeOffset NextRetryAt, bool IsDead);

/// <summary>Outcome of a mark. Stale: the row no longer carries the claimed attempt and was left alone.</summary>
/// <param name="IsStale">Another attempt owns the row, or it is finished.</param>
/// <param name="HasNext">The key has another row that is ready now.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct OutboxMark(bool IsStale, bool HasNext);

/// <summary>A row in flight whose owner may be gone.</summary>
internal sealed record OutboxLease(OutboxClaim Claim, string EventType, string TraceId, string? WorkerId, DateTimeOffset? LockedUntil);

/// <summary>Outcome of an operator's retry.</summary>
internal enum OutboxRetryOutcome
{
    /// <summary>No such row.</summary>
    NotFound,

    /// <summary>The row is not FAILED; nothing was changed.</summary>
    NotFailed,

    /// <summary>The row may be claimed at once.</summary>
    Requeued,
}

/// <summary>One step of a sweep over the keys.</summary>
/// <param name="Repaired">Keys that were mended.</param>
/// <param name="Cursor">Where the next step goes on; <see langword="null"/> when the pass is complete.</param>
internal sealed record OutboxKeySweep(int Repaired, string? Cursor);

/// <summary>Counts for operators and metrics.</summary>
internal sealed record OutboxStatistics(
    long Pending, long Processing, long Completed, long Failed, long Dead, long Keys, DateTimeOffset? OldestWaiting);

/// <summary>The cheap part of the counts: heads and dead rows only.</summary>
internal sealed record OutboxBacklog(long Keys, long Dead, DateTimeOffset? OldestWaiting);

/// <summary>Place of a dead row in the list of dead rows, newest first.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct OutboxDeadPosition(DateTimeOffset DeadAt, OutboxId Id);

/// <summary>A row as it stands, with the reason if it waits.</summary>
internal sealed record OutboxStanding(
    OutboxId Id,
    string EventType,
    string TraceId,
    OutboxStatus Status,
    int Attempts,
    string? LastError,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ProcessedAt,
    DateTimeOffset NextRetryAt,
    DateTimeOffset? DeadAt,
    string PartitionKey,
    OutboxLane Lane,
    string? LockedBy,
    DateTimeOffset? LockedUntil,
    string PayloadJson,
    string? WaitsBecause);

/// <summary>
/// The outbox's rows. Every instant is a parameter; no method reads a clock. All methods are one transaction each: a crash in
/// the middle leaves the state before the call.
/// </summary>
internal interface IOutboxStore
{
    /// <summary>
    /// Takes the oldest ready rows, lower lanes first, at most one per partition key: PROCESSING, attempts + 1, leased. No two
    /// callers ever get the same row and attempt. A key whose row is in flight, or waits for its retry, gives nothing.
    /// </summary>
    Task<IReadOnlyList<OutboxItem>> ClaimAsync(OutboxClaimRequest request, CancellationToken cancellation);

    /// <summary>COMPLETED where status and attempt still match; the next row of the key becomes its head in the same commit.</summary>
    Task<IReadOnlyList<OutboxMark>> CompleteAsync(
        IReadOnlyList<OutboxClaim> claims, DateTimeOffset now, CancellationToken cancellation);

    /// <summary>FAILED where status and attempt still match. The key waits for the retry; a dead row frees its key instead.</summary>
    Task<IReadOnlyList<OutboxMark>> FailAsync(
        IReadOnlyList<OutboxFailure> failures, DateTimeOffset now, CancellationToken cancellation);

    /// <summary>The claimed row, or <see langword="null"/> when the claim is stale.</summary>
    Task<OutboxItem?> FindClaimedAsync(OutboxClaim claim, CancellationToken cancellation);

    /// <summary>Those of the claims that still own their rows.</summary>
    Task<IReadOnlyList<OutboxClaim>> ListOwnedAsync(IReadOnlyList<OutboxClaim> claims, CancellationToken cancellation);

    /// <summary>
    /// Shows other workers that this one lives: a lock held by the session, free as soon as the process or its connection is
    /// gone. Called again before every sweep; takes the lock anew when the connection was lost.
    /// </summary>
    Task AnnounceAsync(string workerId, DateTimeOffset now, CancellationToken cancellation);

    /// <summary>Rows in flight whose lease has run out.</summary>
    Task<IReadOnlyList<OutboxLease>> ListExpiredAsync(DateTimeOffset now, int limit, CancellationToken cancellation);

    /// <summary>Rows in flight of workers, other than <paramref name="self"/>, that are known to be gone.</summary>
    Task<IReadOnlyList<OutboxLease>> ListAbandonedAsync(string self, int limit, CancellationToken cancellation);

    /// <summary>Rows in flight that <paramref name="workerId"/> has claimed or taken over, whether it knows or not.</summary>
    Task<IReadOnlyList<OutboxLease>> ListClaimedByAsync(string workerId, int limit, CancellationToken cancellation);

    /// <summary>Takes leases over, or prolongs them, where status and attempt still match. Answers how many it was.</summary>
    Task<int> ExtendAsync(
        IReadOnlyList<OutboxClaim> claims, string workerId, DateTimeOffset lockedUntil, CancellationToken cancellation);

    /// <summary>Gives keys back their heads: rows whose key is unknown, one bounded page from <paramref name="cursor"/>.</summary>
    Task<OutboxKeySweep> AdoptAsync(string? cursor, int limit, DateTimeOffset now, CancellationToken cancellation);

    /// <summary>
    /// Mends keys whose head nobody could ever claim, one bounded page from <paramref name="cursor"/>, and gives rows in flight
    /// without a lease one that has just ended. Keys as the app leaves them are not touched, nor locked.
    /// </summary>
    Task<OutboxKeySweep> RepairAsync(string? cursor, int limit, DateTimeOffset now, CancellationToken cancellation);

    /// <summary>An operator's retry of a FAILED row: claimable at <paramref name="now"/>, attempts kept, no longer dead.</summary>
    Task<OutboxRetryOutcome> RetryAsync(OutboxId id, DateTimeOffset now, CancellationToken cancellation);

    /// <summary>Deletes at most <paramref name="limit"/> rows completed before <paramref name="before"/>, oldest first.</summary>
    Task<int> PurgeAsync(DateTimeOffset before, int limit, CancellationToken cancellation);

    /// <summary>Counts by status and the oldest row that is not finished.</summary>
    Task<OutboxStatistics> ReadStatisticsAsync(CancellationToken cancellation);

    /// <summary>Keys with unfinished rows, dead rows, and the oldest waiting head; cheap enough to be asked all the time.</summary>
    Task<OutboxBacklog> ReadBacklogAsync(CancellationToken cancellation);

    /// <summary>One row and why it waits, or <see langword="null"/>.</summary>
    Task<OutboxStanding?> FindAsync(OutboxId id, DateTimeOffset now, CancellationToken cancellation);

    /// <summary>The rows of one trace, oldest first, at most 100.</summary>
    Task<IReadOnlyList<OutboxStanding>> ListByTraceAsync(string traceId, DateTimeOffset now, CancellationToken cancellation);

    /// <summary>Dead rows, newest first, from behind <paramref name="after"/>.</summary>
    Task<IReadOnlyList<OutboxStanding>> ListDeadAsync(
        OutboxDeadPosition? after, int limit, DateTimeOffset now, CancellationToken cancellation);
}
