namespace Aurora.Functions.Outbox.Claiming;

/// <summary>
/// Where the next claim starts to look. Normally at the beginning. While an old snapshot is held open elsewhere in the
/// database, heads already taken leave index entries that nobody may remove, and a scan from the beginning walks over all of
/// them; then claims start from the last head taken, take the keys this process freed by name, and look at everything again
/// from time to time.
/// </summary>
internal sealed class ClaimPosition
{
    private const int MaxKeys = 1_000;
    private const int FarWalk = 2_000;
    private static readonly DateTimeOffset Beginning = DateTimeOffset.UnixEpoch;
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(250);
    private readonly Lock _gate = new();
    private readonly DateTimeOffset[] _floors = [Beginning, Beginning, Beginning];
    private readonly HashSet<string> _ready = new(StringComparer.Ordinal);
    private bool _isSkipping;
    private DateTimeOffset _nextFullScan = DateTimeOffset.MinValue;

    /// <summary>One claim's range: the oldest head looked at per lane, and keys taken by name.</summary>
    internal sealed record Scan(DateTimeOffset[] Floors, string[] Keys, bool IsFull);

    /// <summary>Index entries walked by all claims so far.</summary>
    public long TotalWalked { get; private set; }

    /// <summary>Whether claims skip entries at present.</summary>
    public bool IsSkipping
    {
        get
        {
            lock (_gate)
            {
                return _isSkipping;
            }
        }
    }

    /// <summary>A key this process made ready; remembered only while claims skip.</summary>
    public void Ready(string key)
    {
        lock (_gate)
        {
            if (_isSkipping && _ready.Count < MaxKeys)
            {
                _ready.Add(key);
            }
        }
    }

    /// <summary>The range of the claim that starts at <paramref name="now"/>.</summary>
    public Scan Next(DateTimeOffset now)
    {
        lock (_gate)
        {
            if (!_isSkipping || now >= _nextFullScan)
            {
                return new Scan([Beginning, Beginning, Beginning], [], true);
            }

            string[] keys = [.. _ready];
            _ready.Clear();
            return new Scan([.. _floors], keys, false);
        }
    }

    /// <summary>What the claim took, and how many index entries it walked over for it.</summary>
    public void Observe(
        Scan scan, IReadOnlyList<OutboxItem> items, int limit, long walked, TimeSpan elapsed, DateTimeOffset now)
    {
        lock (_gate)
        {
            TotalWalked += walked;
            if (scan.IsFull)
            {
                _isSkipping = walked - limit > (_isSkipping ? FarWalk / 2 : FarWalk);
                var pause = elapsed * 20;
                _nextFullScan = now + (pause > ShortestPause ? pause : ShortestPause);
                if (!_isSkipping)
                {
                    _ready.Clear();
                }
            }

            MoveFloors(items, limit, now);
        }
    }

    private void MoveFloors(IReadOnlyList<OutboxItem> items, int limit, DateTimeOffset now)
    {
        // A full batch may have left heads behind its newest one; a short batch left none that were ready.
        for (var lane = 0; lane < _floors.Length; lane++)
        {
            var newest = items.Count < limit ? now : Beginning;
            foreach (var item in items)
            {
                newest = item.Lane == (OutboxLane)lane && item.CreatedAt > newest ? item.CreatedAt : newest;
            }

            if (newest > Beginning)
            {
                _floors[lane] = newest - Slack;
            }
        }
    }
}
