// One thing: the whole of a small store behind one lock; its compliance suite is the specification.
using Aurora.LocalRuntime.Durable.History;

namespace Aurora.LocalRuntime.Durable.Storage.InMemory;

/// <summary>A store that lives as long as the object: tests, and patterns tried without a database. Survives the engines that use it.</summary>
internal sealed class InMemoryInstanceStore : IInstanceStore
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, Entry> _instances = new(StringComparer.Ordinal);
    private readonly SortedDictionary<long, InboxRow> _inbox = [];
    private readonly Dictionary<long, StoredTimer> _timers = [];
    private long _owner;
    private bool _isOpen;

    public Task<long> OpenAsync(string hubName, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_isOpen)
            {
                throw new HubTakenException($"The task hub '{hubName}' is in use by another engine of this process ({Environment.ProcessId} on {Environment.MachineName}).");
            }

            _isOpen = true;
            return Task.FromResult(++_owner);
        }
    }

    public Task CloseAsync()
    {
        lock (_gate)
        {
            _isOpen = false;
        }

        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public Task CommitAsync(long owner, int lane, IReadOnlyList<InstanceCommit> batch, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (owner != _owner || !_isOpen)
            {
                throw new HubLostException("The task hub has another owner now.");
            }

            foreach (var commit in batch)
            {
                EnsureApplicable(commit);
            }

            foreach (var commit in batch)
            {
                Apply(commit);
            }
        }

        return Task.CompletedTask;
    }

    public Task<bool> WasCommittedAsync(IReadOnlyList<InstanceCommit> batch, CancellationToken cancellation) => Task.FromResult(false);

    public Task<IReadOnlyList<StoredInstance>> LoadAsync(IReadOnlyList<string> ids, CancellationToken cancellation)
    {
        lock (_gate)
        {
            IReadOnlyList<StoredInstance> found =
            [
                .. ids.Distinct().Where(_instances.ContainsKey).Select(id => _instances[id])
                    .Select(static entry => new StoredInstance(entry.Row, entry.Row.IsFinished ? [] : entry.Decode())),
            ];
            return Task.FromResult(found);
        }
    }

    public Task<InstanceRecord?> ReadRecordAsync(string id, CancellationToken cancellation)
    {
        lock (_gate)
        {
            return Task.FromResult(_instances.GetValueOrDefault(id)?.Row);
        }
    }

    public Task<StoredInstance?> ReadHistoryAsync(string id, CancellationToken cancellation)
    {
        lock (_gate)
        {
            return Task.FromResult(_instances.TryGetValue(id, out var entry) ? new StoredInstance(entry.Row, entry.Decode()) : null);
        }
    }

    public Task<InstancePage> ListAsync(InstanceFilter filter, string? afterId, int limit, bool withPayloads, CancellationToken cancellation)
    {
        lock (_gate)
        {
            InstanceRecord[] page =
            [
                .. _instances
                    .Where(pair => afterId is null || string.CompareOrdinal(pair.Key, afterId) > 0)
                    .Select(static pair => pair.Value.Row)
                    .Where(row => Matches(row, filter))
                    .Take(limit + 1)
                    .Select(row => withPayloads ? row : WithoutPayloads(row)),
            ];
            return Task.FromResult(page.Length > limit ? new InstancePage(page[..limit], page[limit - 1].Info.Id) : new InstancePage(page, null));
        }
    }

    public Task<IReadOnlyList<(string Id, long Execution)>> ListWithWorkAsync(long afterExecution, long belowExecution, int limit, CancellationToken cancellation)
    {
        lock (_gate)
        {
            IReadOnlyList<(string, long)> found =
            [
                .. _instances.Values
                    .Where(entry => !entry.Row.IsFinished && entry.HasWork && entry.Row.Info.Execution > afterExecution && entry.Row.Info.Execution < belowExecution)
                    .OrderBy(static entry => entry.Row.Info.Execution)
                    .Take(limit)
                    .Select(static entry => (entry.Row.Info.Id, entry.Row.Info.Execution)),
            ];
            return Task.FromResult(found);
        }
    }

    public Task<IReadOnlyList<StoredTimer>> ListTimersAsync(DateTime afterDue, long afterExecution, int limit, CancellationToken cancellation)
    {
        lock (_gate)
        {
            IReadOnlyList<StoredTimer> found =
            [
                .. _timers.Values
                    .Where(timer => timer.Due > afterDue || (timer.Due == afterDue && timer.Execution > afterExecution))
                    .OrderBy(static timer => timer.Due).ThenBy(static timer => timer.Execution)
                    .Take(limit),
            ];
            return Task.FromResult(found);
        }
    }

    public Task<IReadOnlyList<long>> ListInboxAsync(long afterId, int limit, CancellationToken cancellation)
    {
        lock (_gate)
        {
            IReadOnlyList<long> found = [.. _inbox.Keys.Where(id => id > afterId).Take(limit)];
            return Task.FromResult(found);
        }
    }

    public Task<IReadOnlyList<InboxRow>> ReadInboxAsync(IReadOnlyList<long> ids, CancellationToken cancellation)
    {
        lock (_gate)
        {
            IReadOnlyList<InboxRow> found = [.. ids.Distinct().Order().Where(_inbox.ContainsKey).Select(id => _inbox[id])];
            return Task.FromResult(found);
        }
    }

    public Task<IReadOnlyList<string>> PurgeAsync(InstanceFilter filter, int limit, CancellationToken cancellation)
    {
        lock (_gate)
        {
            return Task.FromResult(Remove([.. _instances.Values.Where(entry => entry.Row.IsFinished && Matches(entry.Row, filter)).Take(limit).Select(static entry => entry.Row.Info.Id)]));
        }
    }

    public Task<IReadOnlyList<string>> PurgeAsync(IReadOnlyList<string> ids, CancellationToken cancellation)
    {
        lock (_gate)
        {
            return Task.FromResult(Remove([.. ids.Distinct().Where(id => _instances.TryGetValue(id, out var entry) && entry.Row.IsFinished)]));
        }
    }

    public Task<IReadOnlyList<string>> ListChildrenAsync(IReadOnlyList<string> parentIds, CancellationToken cancellation)
    {
        lock (_gate)
        {
            IReadOnlyList<string> found =
            [
                .. _instances.Values
                    .Where(entry => entry.Row.Info.Parent is { } parent && parentIds.Contains(parent.InstanceId))
                    .Select(static entry => entry.Row.Info.Id),
            ];
            return Task.FromResult(found);
        }
    }

    private static bool Matches(InstanceRecord row, InstanceFilter filter) =>
        (filter.IdPrefix is null || row.Info.Id.StartsWith(filter.IdPrefix, StringComparison.Ordinal))
        && (filter.Statuses is null || filter.Statuses.Count == 0 || filter.Statuses.Contains(row.Status))
        && (filter.CreatedFrom is null || row.Info.CreatedAt >= filter.CreatedFrom)
        && (filter.CreatedTo is null || row.Info.CreatedAt <= filter.CreatedTo);

    private static InstanceRecord WithoutPayloads(InstanceRecord row) =>
        row with { Info = row.Info with { Input = null }, Output = null, CustomStatus = null, Failure = null };

    private void EnsureApplicable(InstanceCommit commit)
    {
        var exists = _instances.TryGetValue(commit.InstanceId, out var entry);
        var isRight = commit.Kind switch
        {
            CommitKind.None => true,
            CommitKind.Create => !exists,
            CommitKind.Replace => exists,
            CommitKind.Advance => exists && entry!.Row.Info.Execution == commit.Execution,
        };
        if (!isRight)
        {
            throw new InvalidOperationException($"A commit of kind {commit.Kind} does not fit what is stored of instance '{commit.InstanceId}'.");
        }
    }

    private void Apply(InstanceCommit commit)
    {
        switch (commit.Kind)
        {
            case CommitKind.None:
                break;
            case CommitKind.Create or CommitKind.Replace:
                _timers.Remove(commit.ReplacedExecution);
                _instances[commit.InstanceId] = new Entry(commit.Row!, commit.HasWork, [commit.Turn!]);
                break;
            case CommitKind.Advance:
                var entry = _instances[commit.InstanceId];
                entry.Turns.Add(commit.Turn!);
                _instances[commit.InstanceId] = entry with { Row = commit.Row ?? entry.Row, HasWork = commit.HasWork };
                break;
        }

        switch (commit.TimerChange)
        {
            case TimerChange.Keep:
                break;
            case TimerChange.Set:
                _timers[commit.Execution] = new StoredTimer(commit.InstanceId, commit.Execution, commit.TimerDue);
                break;
            case TimerChange.Clear:
                _timers.Remove(commit.Execution);
                break;
        }

        foreach (var row in commit.Sends)
        {
            _inbox.Add(row.Id, row);
        }

        foreach (var id in commit.Received)
        {
            _inbox.Remove(id);
        }
    }

    private IReadOnlyList<string> Remove(IReadOnlyList<string> ids)
    {
        foreach (var id in ids)
        {
            _instances.Remove(id);
        }

        return ids;
    }

    private sealed record Entry(InstanceRecord Row, bool HasWork, List<byte[]> Turns)
    {
        public Turn[] Decode() => [.. Turns.Select(static turn => HistoryCodec.DecodeTurn(turn))];
    }
}
