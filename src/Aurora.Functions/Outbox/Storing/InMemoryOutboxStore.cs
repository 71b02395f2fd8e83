// One thing: the rules of the outbox over one set of rows, the model for the PostgreSQL store.
using Aurora.Functions.Outbox.Marking;

namespace Aurora.Functions.Outbox.Storing;

/// <summary>
/// The outbox in memory, written from the rules alone: the model the PostgreSQL store is compared with, and the store of tests
/// that need no database.
/// </summary>
internal sealed class InMemoryOutboxStore : IOutboxStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Row> _rows = new(StringComparer.Ordinal);
    private readonly HashSet<string> _goneWorkers = new(StringComparer.Ordinal);

    /// <summary>Writes rows as one commit; rows of one key get strictly increasing times.</summary>
    public void Emit(IReadOnlyList<OutboxEvent> events)
    {
        lock (_gate)
        {
            foreach (var e in events)
            {
                var tail = _rows.Values
                    .Where(r => r.Event.PartitionKey == e.PartitionKey && r.Status != OutboxStatus.Completed)
                    .Select(static r => (DateTimeOffset?)r.Event.CreatedAt).Max();
                var createdAt = tail is { } t && t >= e.CreatedAt ? t.AddMicroseconds(1) : e.CreatedAt;
                _rows.Add(e.Id.Value, new Row(e with { CreatedAt = createdAt }));
            }
        }
    }

    /// <summary>Tells the store that a worker's process is gone.</summary>
    public void WorkerIsGone(string workerId)
    {
        lock (_gate)
        {
            _goneWorkers.Add(workerId);
        }
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<OutboxItem>> ClaimAsync(OutboxClaimRequest request, CancellationToken cancellation)
    {
        lock (_gate)
        {
            var heads = _rows.Values
                .Where(static r => r.IsUnfinished || r.Status == OutboxStatus.Processing)
                .GroupBy(static r => r.Event.PartitionKey, StringComparer.Ordinal)
                .Where(static key => key.All(static r => r.Status != OutboxStatus.Processing))
                .Select(static key => key.OrderBy(static r => r.Event.CreatedAt).ThenBy(static r => r.Event.Id.Value, StringComparer.Ordinal).First())
                .Where(r => r.NextRetryAt <= request.Now)
                .OrderBy(static r => r.Event.Lane).ThenBy(static r => r.Event.CreatedAt).ThenBy(static r => r.Event.Id.Value, StringComparer.Ordinal)
                .Take(request.Limit)
                .ToList();
            foreach (var row in heads)
            {
                row.Status = OutboxStatus.Processing;
                row.Attempts++;
                row.LastError = null;
                row.LockedBy = request.WorkerId;
                row.LockedUntil = request.LockedUntil;
            }

            return Task.FromResult<IReadOnlyList<OutboxItem>>([.. heads.Select(static r => r.ToItem())]);
        }
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<OutboxMark>> CompleteAsync(
        IReadOnlyList<OutboxClaim> claims, DateTimeOffset now, CancellationToken cancellation) =>
        Mark(claims, now, (row, _) =>
        {
            row.Status = OutboxStatus.Completed;
            row.ProcessedAt = now;
            row.LastError = null;
        });

    /// <inheritdoc />
    public Task<IReadOnlyList<OutboxMark>> FailAsync(
        IReadOnlyList<OutboxFailure> failures, DateTimeOffset now, CancellationToken cancellation) =>
        Mark([.. failures.Select(static f => f.Claim)], now, (row, i) =>
        {
            row.Status = OutboxStatus.Failed;
            row.LastError = FailureText.Clean(failures[i].Reason);
            row.NextRetryAt = failures[i].NextRetryAt;
            row.DeadAt = failures[i].IsDead ? now : null;
        });

    /// <inheritdoc />
    public Task<OutboxItem?> FindClaimedAsync(OutboxClaim claim, CancellationToken cancellation)
    {
        lock (_gate)
        {
            return Task.FromResult(Owned(claim)?.ToItem());
        }
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<OutboxClaim>> ListOwnedAsync(IReadOnlyList<OutboxClaim> claims, CancellationToken cancellation)
    {
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyList<OutboxClaim>>([.. claims.Where(c => Owned(c) is not null)]);
        }
    }

    /// <inheritdoc />
    public Task AnnounceAsync(string workerId, DateTimeOffset now, CancellationToken cancellation) => Task.CompletedTask;

    /// <inheritdoc />
    public Task<IReadOnlyList<OutboxLease>> ListExpiredAsync(DateTimeOffset now, int limit, CancellationToken cancellation) =>
        List(r => r.LockedUntil <= now, limit);

    /// <inheritdoc />
    public Task<IReadOnlyList<OutboxLease>> ListAbandonedAsync(string self, int limit, CancellationToken cancellation) =>
        List(r => r.LockedBy is { } worker && worker != self && _goneWorkers.Contains(worker), limit);

    /// <inheritdoc />
    public Task<IReadOnlyList<OutboxLease>> ListClaimedByAsync(string workerId, int limit, CancellationToken cancellation) =>
        List(r => r.LockedBy == workerId, limit);

    /// <inheritdoc />
    public Task<int> ExtendAsync(
        IReadOnlyList<OutboxClaim> claims, string workerId, DateTimeOffset lockedUntil, CancellationToken cancellation)
    {
        lock (_gate)
        {
            var owned = claims.Select(Owned).OfType<Row>().ToList();
            foreach (var row in owned)
            {
                row.LockedBy = workerId;
                row.LockedUntil = lockedUntil;
            }

            return Task.FromResult(owned.Count);
        }
    }

    /// <inheritdoc />
    public Task<OutboxKeySweep> AdoptAsync(string? cursor, int limit, DateTimeOffset now, CancellationToken cancellation) =>
        Task.FromResult(new OutboxKeySweep(0, null));

    /// <inheritdoc />
    public Task<OutboxKeySweep> RepairAsync(string? cursor, int limit, DateTimeOffset now, CancellationToken cancellation) =>
        Task.FromResult(new OutboxKeySweep(0, null));

    /// <inheritdoc />
    public Task<OutboxRetryOutcome> RetryAsync(OutboxId id, DateTimeOffset now, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (!_rows.TryGetValue(id.Value, out var row))
            {
                return Task.FromResult(OutboxRetryOutcome.NotFound);
            }

            if (row.Status != OutboxStatus.Failed)
            {
                return Task.FromResult(OutboxRetryOutcome.NotFailed);
            }

            row.DeadAt = null;
            row.NextRetryAt = now;
            return Task.FromResult(OutboxRetryOutcome.Requeued);
        }
    }

    /// <inheritdoc />
    public Task<int> PurgeAsync(DateTimeOffset before, int limit, CancellationToken cancellation)
    {
        lock (_gate)
        {
            var finished = _rows.Values
                .Where(r => r.Status == OutboxStatus.Completed && r.ProcessedAt < before)
                .OrderBy(static r => r.NextRetryAt).Take(limit).ToList();
            finished.ForEach(r => _rows.Remove(r.Event.Id.Value));
            return Task.FromResult(finished.Count);
        }
    }

    /// <inheritdoc />
    public Task<OutboxStatistics> ReadStatisticsAsync(CancellationToken cancellation)
    {
        lock (_gate)
        {
            var unfinished = _rows.Values.Where(static r => r.IsUnfinished || r.Status == OutboxStatus.Processing).ToList();
            return Task.FromResult(new OutboxStatistics(
                Count(OutboxStatus.Pending),
                Count(OutboxStatus.Processing),
                Count(OutboxStatus.Completed),
                Count(OutboxStatus.Failed),
                _rows.Values.Count(static r => r.DeadAt is not null),
                unfinished.Select(static r => r.Event.PartitionKey).Distinct(StringComparer.Ordinal).Count(),
                unfinished.Select(static r => (DateTimeOffset?)r.Event.CreatedAt).Min()));
        }

        long Count(OutboxStatus status) => _rows.Values.Count(r => r.Status == status);
    }

    /// <inheritdoc />
    public async Task<OutboxBacklog> ReadBacklogAsync(CancellationToken cancellation)
    {
        var all = await ReadStatisticsAsync(cancellation);
        return new OutboxBacklog(all.Keys, all.Dead, all.OldestWaiting);
    }

    /// <inheritdoc />
    public Task<OutboxStanding?> FindAsync(OutboxId id, DateTimeOffset now, CancellationToken cancellation) =>
        Task.FromResult(Standings(r => r.Event.Id == id, now).FirstOrDefault());

    /// <inheritdoc />
    public Task<IReadOnlyList<OutboxStanding>> ListByTraceAsync(
        string traceId, DateTimeOffset now, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<OutboxStanding>>(Standings(r => r.Event.TraceId == traceId, now));

    /// <inheritdoc />
    public Task<IReadOnlyList<OutboxStanding>> ListDeadAsync(
        OutboxDeadPosition? after, int limit, DateTimeOffset now, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<OutboxStanding>>(
        [
            .. Standings(static r => r.DeadAt is not null, now)
                .Where(s => after is not { } place || s.DeadAt < place.DeadAt
                    || (s.DeadAt == place.DeadAt && string.CompareOrdinal(s.Id.Value, place.Id.Value) < 0))
                .OrderByDescending(static s => s.DeadAt).ThenByDescending(static s => s.Id.Value, StringComparer.Ordinal)
                .Take(limit),
        ]);

    private List<OutboxStanding> Standings(Func<Row, bool> wanted, DateTimeOffset now)
    {
        lock (_gate)
        {
            return
            [
                .. _rows.Values.Where(wanted).OrderBy(static r => r.Event.CreatedAt).Select(row =>
                {
                    var head = _rows.Values
                        .Where(r => r.Event.PartitionKey == row.Event.PartitionKey && (r.IsUnfinished || r.Status == OutboxStatus.Processing))
                        .OrderBy(static r => r.Status == OutboxStatus.Processing ? 0 : 1).ThenBy(static r => r.Event.CreatedAt)
                        .Select(static r => new OutboxKeyHead(r.Event.Id, r.KeyState, r.NextRetryAt)).FirstOrDefault();
                    var standing = row.ToStanding();
                    return standing with { WaitsBecause = WaitingRules.Explain(standing, head, now) };
                }),
            ];
        }
    }

    private Task<IReadOnlyList<OutboxLease>> List(Func<Row, bool> wanted, int limit)
    {
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyList<OutboxLease>>(
            [
                .. _rows.Values.Where(r => r.Status == OutboxStatus.Processing && wanted(r))
                    .OrderBy(static r => r.LockedUntil).Take(limit)
                    .Select(static r => new OutboxLease(r.Claim, r.Event.EventType, r.Event.TraceId, r.LockedBy, r.LockedUntil)),
            ]);
        }
    }

    private Task<IReadOnlyList<OutboxMark>> Mark(IReadOnlyList<OutboxClaim> claims, DateTimeOffset now, Action<Row, int> apply)
    {
        lock (_gate)
        {
            var marks = new OutboxMark[claims.Count];
            for (var i = 0; i < claims.Count; i++)
            {
                if (Owned(claims[i]) is not { } row)
                {
                    marks[i] = new OutboxMark(true, false);
                    continue;
                }

                apply(row, i);
                row.LockedBy = null;
                row.LockedUntil = null;
                var next = _rows.Values.Where(r => r.IsUnfinished && r.Event.PartitionKey == row.Event.PartitionKey)
                    .OrderBy(static r => r.Event.CreatedAt).FirstOrDefault();
                marks[i] = new OutboxMark(false, next is not null && next != row && next.NextRetryAt <= now);
            }

            return Task.FromResult<IReadOnlyList<OutboxMark>>(marks);
        }
    }

    private Row? Owned(OutboxClaim claim) =>
        _rows.TryGetValue(claim.Id.Value, out var row) && row.Status == OutboxStatus.Processing && row.Attempts == claim.Attempt
            ? row
            : null;

    private sealed class Row(OutboxEvent e)
    {
        public OutboxEvent Event { get; } = e;

        public OutboxStatus Status { get; set; } = OutboxStatus.Pending;

        public int Attempts { get; set; }

        public string? LastError { get; set; }

        public DateTimeOffset? ProcessedAt { get; set; }

        public DateTimeOffset NextRetryAt { get; set; } = e.CreatedAt;

        public DateTimeOffset? DeadAt { get; set; }

        public string? LockedBy { get; set; }

        public DateTimeOffset? LockedUntil { get; set; }

        public OutboxClaim Claim => new(Event.Id, Attempts);

        public bool IsUnfinished => Status is OutboxStatus.Pending or OutboxStatus.Failed && DeadAt is null;

        public OutboxKeyState KeyState => Status switch
        {
            OutboxStatus.Processing => OutboxKeyState.InFlight,
            OutboxStatus.Failed => OutboxKeyState.Delayed,
            OutboxStatus.Pending or OutboxStatus.Completed => OutboxKeyState.Ready,
        };

        public OutboxItem ToItem() => new(
            Claim, Event.EventType, Event.PayloadJson, Event.TraceId, Event.PartitionKey, Event.Lane, Event.CreatedAt);

        public OutboxStanding ToStanding() => new(
            Event.Id,
            Event.EventType,
            Event.TraceId,
            Status,
            Attempts,
            LastError,
            Event.CreatedAt,
            ProcessedAt,
            NextRetryAt,
            DeadAt,
            Event.PartitionKey,
            Event.Lane,
            LockedBy,
            LockedUntil,
            Event.PayloadJson,
            null);
    }
}
