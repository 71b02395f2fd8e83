using Aurora.LocalRuntime.Durable.Storage;

namespace Aurora.TestKit.Durable;

/// <summary>A store that cannot write what concerns one instance, from its n-th commit on, and nothing else of the same batch.</summary>
internal sealed class RefusingStore(IInstanceStore inner, string refusedId, int fromCommit) : IInstanceStore
{
    private int _commits;

    public Task<long> OpenAsync(string hubName, CancellationToken cancellation) => inner.OpenAsync(hubName, cancellation);

    public Task CloseAsync() => inner.CloseAsync();

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    public Task CommitAsync(long owner, int lane, IReadOnlyList<InstanceCommit> batch, CancellationToken cancellation)
    {
        var refused = batch.FirstOrDefault(commit => commit.InstanceId == refusedId);
        if (refused?.Row?.Failure is null && refused is not null && (batch.Count > 1 || ++_commits >= fromCommit))
        {
            throw new InvalidDataException("This cannot be stored.");
        }

        return inner.CommitAsync(owner, lane, batch, cancellation);
    }

    public Task<bool> WasCommittedAsync(IReadOnlyList<InstanceCommit> batch, CancellationToken cancellation) => inner.WasCommittedAsync(batch, cancellation);

    public Task<IReadOnlyList<StoredInstance>> LoadAsync(IReadOnlyList<string> ids, CancellationToken cancellation) => inner.LoadAsync(ids, cancellation);

    public Task<InstanceRecord?> ReadRecordAsync(string id, CancellationToken cancellation) => inner.ReadRecordAsync(id, cancellation);

    public Task<StoredInstance?> ReadHistoryAsync(string id, CancellationToken cancellation) => inner.ReadHistoryAsync(id, cancellation);

    public Task<InstancePage> ListAsync(InstanceFilter filter, string? afterId, int limit, bool withPayloads, CancellationToken cancellation) =>
        inner.ListAsync(filter, afterId, limit, withPayloads, cancellation);

    public Task<IReadOnlyList<(string Id, long Execution)>> ListWithWorkAsync(long afterExecution, long belowExecution, int limit, CancellationToken cancellation) =>
        inner.ListWithWorkAsync(afterExecution, belowExecution, limit, cancellation);

    public Task<IReadOnlyList<StoredTimer>> ListTimersAsync(DateTime afterDue, long afterExecution, int limit, CancellationToken cancellation) =>
        inner.ListTimersAsync(afterDue, afterExecution, limit, cancellation);

    public Task<IReadOnlyList<long>> ListInboxAsync(long afterId, int limit, CancellationToken cancellation) => inner.ListInboxAsync(afterId, limit, cancellation);

    public Task<IReadOnlyList<InboxRow>> ReadInboxAsync(IReadOnlyList<long> ids, CancellationToken cancellation) => inner.ReadInboxAsync(ids, cancellation);

    public Task<IReadOnlyList<string>> PurgeAsync(InstanceFilter filter, int limit, CancellationToken cancellation) => inner.PurgeAsync(filter, limit, cancellation);

    public Task<IReadOnlyList<string>> PurgeAsync(IReadOnlyList<string> ids, CancellationToken cancellation) => inner.PurgeAsync(ids, cancellation);

    public Task<IReadOnlyList<string>> ListChildrenAsync(IReadOnlyList<string> parentIds, CancellationToken cancellation) => inner.ListChildrenAsync(parentIds, cancellation);
}
