namespace Aurora.Functions.Outbox;

/// <summary>
/// What this process has claimed and not yet seen finished: the bound on its work, and the payloads its activities need, so that
/// they need not read them again. A payload that is not here is read from the database.
/// </summary>
internal sealed class ItemsInFlight(int maxItems, long maxCharacters)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<OutboxClaim, Entry> _entries = [];
    private long _characters;

    /// <summary>Rows in flight.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>How many more rows may be claimed.</summary>
    public int Free => Math.Max(0, maxItems - Count);

    /// <summary>
    /// Whether a claim is worth its round trip: room for a batch, or half of what may be in flight. Less room than that waits
    /// for more, or for the next poll.
    /// </summary>
    public bool HasRoomFor(int batch) => Free >= Math.Max(1, Math.Min(batch, maxItems / 2));

    /// <summary>Takes note of a claimed row.</summary>
    public void Add(OutboxItem item, DateTimeOffset now)
    {
        lock (_gate)
        {
            var keepsPayload = _characters + item.PayloadJson.Length <= maxCharacters;
            if (_entries.TryAdd(item.Claim, new Entry(item, keepsPayload, now)) && keepsPayload)
            {
                _characters += item.PayloadJson.Length;
            }
        }
    }

    /// <summary>The row of a claim, when its payload is at hand.</summary>
    public OutboxItem? Find(OutboxClaim claim)
    {
        lock (_gate)
        {
            return _entries.TryGetValue(claim, out var entry) && entry.KeepsPayload ? entry.Item : null;
        }
    }

    /// <summary>Whether this process knows that it has the claim.</summary>
    public bool Contains(OutboxClaim claim)
    {
        lock (_gate)
        {
            return _entries.ContainsKey(claim);
        }
    }

    /// <summary>Forgets a row; answers what was known of it.</summary>
    public OutboxItem? Remove(OutboxClaim claim)
    {
        lock (_gate)
        {
            if (!_entries.Remove(claim, out var entry))
            {
                return null;
            }

            _characters -= entry.KeepsPayload ? entry.Item.PayloadJson.Length : 0;
            return entry.Item;
        }
    }

    /// <summary>Claims taken before an instant: they may have been finished by another process.</summary>
    public IReadOnlyList<OutboxClaim> ListClaimedBefore(DateTimeOffset before, int limit)
    {
        lock (_gate)
        {
            return [.. _entries.Where(e => e.Value.ClaimedAt < before).Take(limit).Select(static e => e.Key)];
        }
    }

    private sealed record Entry(OutboxItem Item, bool KeepsPayload, DateTimeOffset ClaimedAt);
}
