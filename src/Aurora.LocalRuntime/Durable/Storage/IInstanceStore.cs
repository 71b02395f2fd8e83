namespace Aurora.LocalRuntime.Durable.Storage;

/// <summary>
/// Where instances, their turns, their timers and the messages between them live. The engine is the only writer of its hub and keeps
/// every instance single-threaded, so a store never sees two commits of one instance at the same time; commits of different instances
/// come from several lanes at once.
/// Calls throw <see cref="StoreUnavailableException"/> when the store is away and the call may be repeated.
/// </summary>
internal interface IInstanceStore : IAsyncDisposable
{
    /// <summary>
    /// Makes the caller the owner of the hub and returns the number of its ownership, higher than every earlier one. Throws
    /// <see cref="HubTakenException"/>, naming the holder, while another owner lives. After it returns, no commit of an earlier owner can
    /// still take effect. A crash frees the hub.
    /// </summary>
    Task<long> OpenAsync(string hubName, CancellationToken cancellation);

    /// <summary>Gives the hub up. Idempotent.</summary>
    Task CloseAsync();

    /// <summary>
    /// Applies all commits of the batch or none, durably, before it returns; the order within the batch has no meaning. Throws
    /// <see cref="HubLostException"/> and writes nothing when <paramref name="owner"/> is not the present ownership. Any other exception
    /// means that nothing was written, except <see cref="StoreUnavailableException"/>: then <see cref="WasCommittedAsync"/> tells.
    /// </summary>
    Task CommitAsync(long owner, int lane, IReadOnlyList<InstanceCommit> batch, CancellationToken cancellation);

    /// <summary>Whether a batch whose outcome is unknown took effect. Batches that only delete are idempotent and count as not committed.</summary>
    Task<bool> WasCommittedAsync(IReadOnlyList<InstanceCommit> batch, CancellationToken cancellation);

    /// <summary>
    /// Reads instances by id; unknown ids are left out. Unfinished ones come with the turns of their present execution, finished ones
    /// without. Reads its own commits.
    /// </summary>
    Task<IReadOnlyList<StoredInstance>> LoadAsync(IReadOnlyList<string> ids, CancellationToken cancellation);

    /// <summary>Reads one instance without its turns; null when there is none.</summary>
    Task<InstanceRecord?> ReadRecordAsync(string id, CancellationToken cancellation);

    /// <summary>Reads one instance with all stored turns, finished or not; null when there is none.</summary>
    Task<StoredInstance?> ReadHistoryAsync(string id, CancellationToken cancellation);

    /// <summary>
    /// Lists instances in the order of their ids (ordinal), after <paramref name="afterId"/>. Instances that come into being while a list
    /// is paged through may or may not be seen; none is seen twice.
    /// </summary>
    Task<InstancePage> ListAsync(InstanceFilter filter, string? afterId, int limit, bool withPayloads, CancellationToken cancellation);

    /// <summary>
    /// Unfinished instances that can go on by themselves (<see cref="InstanceCommit.HasWork"/>), of executions above
    /// <paramref name="afterExecution"/> and below <paramref name="belowExecution"/>, in that order.
    /// </summary>
    Task<IReadOnlyList<(string Id, long Execution)>> ListWithWorkAsync(long afterExecution, long belowExecution, int limit, CancellationToken cancellation);

    /// <summary>Stored timers after the given one, by due time, then execution.</summary>
    Task<IReadOnlyList<StoredTimer>> ListTimersAsync(DateTime afterDue, long afterExecution, int limit, CancellationToken cancellation);

    /// <summary>Ids of messages not yet taken in, above <paramref name="afterId"/>, in order.</summary>
    Task<IReadOnlyList<long>> ListInboxAsync(long afterId, int limit, CancellationToken cancellation);

    /// <summary>Reads messages by id, in the order of ids; those taken in meanwhile are left out.</summary>
    Task<IReadOnlyList<InboxRow>> ReadInboxAsync(IReadOnlyList<long> ids, CancellationToken cancellation);

    /// <summary>
    /// Deletes finished instances that match, with their turns, at most <paramref name="limit"/> of them in one transaction, and returns
    /// the ids that went. Instances another transaction holds are passed over.
    /// </summary>
    Task<IReadOnlyList<string>> PurgeAsync(InstanceFilter filter, int limit, CancellationToken cancellation);

    /// <summary>Deletes the finished ones of these instances with their turns, in one transaction, and returns the ids that went.</summary>
    Task<IReadOnlyList<string>> PurgeAsync(IReadOnlyList<string> ids, CancellationToken cancellation);

    /// <summary>Ids of the instances that were started by these instances.</summary>
    Task<IReadOnlyList<string>> ListChildrenAsync(IReadOnlyList<string> parentIds, CancellationToken cancellation);
}
