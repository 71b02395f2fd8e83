using Aurora.Functions.Outbox;

namespace Aurora.TestKit.Outbox;

/// <summary>
/// A random life of an outbox: rows arrive, are claimed, completed, failed, killed, revived, and marked too late, in any order.
/// Played against a store it checks what must hold at every step, and gives a transcript to compare two stores by.
/// </summary>
internal sealed class OutboxScript(IOutboxStore store, Func<OutboxEvent[], Task> emit)
{
    private readonly List<OutboxItem> _inFlight = [];
    private readonly List<OutboxClaim> _late = [];
    private readonly List<string> _dead = [];
    private readonly Dictionary<string, List<string>> _emitted = new(StringComparer.Ordinal);
    private readonly List<string> _transcript = [];
    private DateTimeOffset _now = OutboxRows.Noon;
    private int _next;

    /// <summary>Completed rows by key, in the order of their completion.</summary>
    public Dictionary<string, List<string>> Completed { get; } = new(StringComparer.Ordinal);

    /// <summary>Plays the steps, then finishes everything that is left. Answers what happened.</summary>
    public async Task<IReadOnlyList<string>> PlayAsync(IEnumerable<int> steps)
    {
        foreach (var step in steps)
        {
            await StepAsync(Math.Abs(step % 64));
        }

        await FinishAsync();
        return _transcript;
    }

    /// <summary>What is wrong at the end: a row lost, doubled, or out of the order of its key. Rows that died may come late.</summary>
    public string? FindMistake()
    {
        foreach (var (key, ids) in _emitted)
        {
            var completed = Completed.GetValueOrDefault(key) ?? [];
            if (!completed.Order(StringComparer.Ordinal).SequenceEqual(ids.Order(StringComparer.Ordinal)))
            {
                return $"{key}: emitted {string.Join(',', ids)}, completed {string.Join(',', completed)}";
            }

            var living = completed.Where(id => !_dead.Contains(id)).ToList();
            if (!living.SequenceEqual(ids.Where(id => !_dead.Contains(id))))
            {
                return $"{key}: order {string.Join(',', living)}";
            }
        }

        return null;
    }

    private Task StepAsync(int step) => (step % 8) switch
    {
        0 or 1 => EmitAsync(step / 8),
        2 or 3 => ClaimAsync((step / 8) + 1),
        4 => CompleteAsync(step / 8),
        5 => FailAsync(step / 8, isDead: false),
        6 => step < 32 ? FailAsync(step / 8, isDead: true) : ReviveAsync(step / 8),
        _ => step < 32 ? MarkLateAsync() : PassAsync(step / 8),
    };

    private async Task EmitAsync(int n)
    {
        var rows = Enumerable.Range(0, (n % 3) + 1)
            .Select(i => OutboxRows.Row($"{_next + i:D4}", $"key-{(n + i) % 3}", lane: (OutboxLane)(n % 3)) with { CreatedAt = _now.AddMilliseconds(_next + i) })
            .ToArray();
        _next += rows.Length;
        foreach (var row in rows)
        {
            _emitted.TryAdd(row.PartitionKey, []);
            _emitted[row.PartitionKey].Add(row.Id.Value);
        }

        await emit(rows);
    }

    private async Task ClaimAsync(int limit)
    {
        var items = await store.ClaimAsync(new OutboxClaimRequest("w", limit, _now.AddSeconds(30), _now.AddSeconds(90)), default);
        foreach (var item in items)
        {
            if (_inFlight.Any(i => i.PartitionKey == item.PartitionKey))
            {
                throw new InvalidOperationException($"{item.Claim} was claimed while its key was in flight.");
            }

            _inFlight.Add(item);
        }

        _transcript.Add("claimed " + string.Join(',', items.Select(i => $"{i.Claim.Id}/{i.Claim.Attempt}")));
    }

    private async Task CompleteAsync(int n)
    {
        if (Take(n) is { } item)
        {
            var mark = (await store.CompleteAsync([item.Claim], _now.AddSeconds(30), default))[0];
            Completed.TryAdd(item.PartitionKey, []);
            Completed[item.PartitionKey].Add(item.Claim.Id.Value);
            _transcript.Add($"completed {item.Claim.Id} {mark}");
        }
    }

    private async Task FailAsync(int n, bool isDead)
    {
        if (Take(n) is { } item)
        {
            var failure = new OutboxFailure(item.Claim, "no", _now.AddSeconds(30 + (n * 10)), isDead);
            var mark = (await store.FailAsync([failure], _now.AddSeconds(30), default))[0];
            if (isDead)
            {
                _dead.Add(item.Claim.Id.Value);
            }

            _transcript.Add($"failed {item.Claim.Id} dead {isDead} {mark}");
        }
    }

    private async Task ReviveAsync(int n)
    {
        if (_dead.Count > 0)
        {
            var id = _dead[n % _dead.Count];
            _transcript.Add($"revived {id} {await store.RetryAsync(new OutboxId(id), _now, default)}");
        }
    }

    private async Task MarkLateAsync()
    {
        foreach (var claim in _late)
        {
            if (!(await store.CompleteAsync([claim], _now, default))[0].IsStale)
            {
                throw new InvalidOperationException($"{claim} was finished twice.");
            }
        }
    }

    private Task PassAsync(int n)
    {
        _now = _now.AddSeconds(n * 5);
        return Task.CompletedTask;
    }

    private async Task FinishAsync()
    {
        foreach (var id in _dead)
        {
            await store.RetryAsync(new OutboxId(id), _now, default);
        }

        for (var idle = 0; idle < 3;)
        {
            _now = _now.AddHours(1);
            await ClaimAsync(50);
            idle = _inFlight.Count == 0 ? idle + 1 : 0;
            while (_inFlight.Count > 0)
            {
                await CompleteAsync(0);
            }
        }
    }

    private OutboxItem? Take(int n)
    {
        if (_inFlight.Count == 0)
        {
            return null;
        }

        var item = _inFlight[n % _inFlight.Count];
        _inFlight.Remove(item);
        _late.Add(item.Claim);
        return item;
    }
}
