// One thing: the order of wake-ups, in memory near the present and in the store beyond it.
using Aurora.LocalRuntime.Durable.Storage;
using Microsoft.Extensions.Logging;

namespace Aurora.LocalRuntime.Durable.Engine;

/// <summary>
/// Wakes instances when their next timer is due. Holds a bounded number of timers; those beyond its horizon are in the store only and are
/// fetched when the window empties.
/// </summary>
internal sealed class TimerWindow : IAsyncDisposable
{
    private static readonly TimeSpan LongestSleep = TimeSpan.FromDays(20);

    private readonly Lock _gate = new();
    private readonly Dictionary<long, Entry> _armed = [];
    private readonly PriorityQueue<Entry, (DateTime Due, long Execution)> _order = new();
    private readonly IInstanceStore _store;
    private readonly int _limit;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Action<string, long> _wake;
    private readonly ITimer _timer;
    private DateTime _horizon = DateTime.MaxValue;
    private DateTime _sleepsUntil = DateTime.MaxValue;
    private Task _fetch = Task.CompletedTask;
    private bool _isFetching;
    private bool _isStopped;

    public TimerWindow(IInstanceStore store, int limit, TimeProvider time, ILogger logger, Action<string, long> wake)
    {
        _store = store;
        _limit = limit;
        _time = time;
        _logger = logger;
        _wake = wake;
        _timer = time.CreateTimer(static state => ((TimerWindow)state!).Ring(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _armed.Count;
            }
        }
    }

    /// <summary>Fetches the first timers of the store.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        Add(await _store.ListTimersAsync(DateTime.MinValue, 0, _limit, cancellation));
        Ring();
    }

    public void Arm(string instanceId, long execution, DateTime due, bool isStored)
    {
        lock (_gate)
        {
            if (_isStopped)
            {
                return;
            }

            if (isStored && due > _horizon)
            {
                _armed.Remove(execution);
                return;
            }

            Insert(new Entry(instanceId, execution, due, isStored));
            if (_armed.Count > _limit)
            {
                MoveHorizon();
            }

            if (due < _sleepsUntil)
            {
                Sleep();
            }
        }
    }

    public void Disarm(long execution)
    {
        lock (_gate)
        {
            _armed.Remove(execution);
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _isStopped = true;
        }

        await _timer.DisposeAsync();
        await _fetch;
    }

    private void Insert(Entry entry)
    {
        _armed[entry.Execution] = entry;
        _order.Enqueue(entry, (entry.Due, entry.Execution));
    }

    /// <summary>Too many: the later half of those with a row in the store is left to the store.</summary>
    private void MoveHorizon()
    {
        var stored = _armed.Values.Where(static entry => entry.IsStored).OrderBy(static entry => entry.Due).ToArray();
        if (stored.Length > _limit / 2)
        {
            _horizon = stored[_limit / 2].Due;
        }

        var kept = _armed.Values.Where(entry => !entry.IsStored || entry.Due <= _horizon).ToArray();
        _armed.Clear();
        _order.Clear();
        foreach (var entry in kept)
        {
            Insert(entry);
        }
    }

    private void Ring()
    {
        List<Entry>? due = null;
        lock (_gate)
        {
            if (_isStopped)
            {
                return;
            }

            var now = _time.GetUtcNow().UtcDateTime;
            while (_order.TryPeek(out var next, out _))
            {
                if (!_armed.TryGetValue(next.Execution, out var present) || present != next)
                {
                    _order.Dequeue();
                    continue;
                }

                if (next.Due > now)
                {
                    break;
                }

                _order.Dequeue();
                _armed.Remove(next.Execution);
                (due ??= []).Add(next);
            }

            Sleep();
            if (_horizon != DateTime.MaxValue && _order.Count <= _limit / 4 && !_isFetching)
            {
                _isFetching = true;
                _fetch = Task.Run(FetchAsync);
            }
        }

        if (due is not null)
        {
            foreach (var entry in due)
            {
                _wake(entry.InstanceId, entry.Execution);
            }
        }
    }

    private void Sleep()
    {
        if (!_order.TryPeek(out var next, out _))
        {
            _sleepsUntil = DateTime.MaxValue;
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return;
        }

        var pause = next.Due - _time.GetUtcNow().UtcDateTime;
        _sleepsUntil = next.Due;

        // A timer counts whole milliseconds: rounding down would ring too early.
        var wait = pause <= TimeSpan.Zero ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Ceiling(pause.TotalMilliseconds));
        _timer.Change(wait < LongestSleep ? wait : LongestSleep, Timeout.InfiniteTimeSpan);
    }

    private async Task FetchAsync()
    {
        try
        {
            DateTime after;
            lock (_gate)
            {
                after = _horizon;
            }

            // Timers of exactly the horizon's time may be here already; arming them again changes nothing.
            Add(await _store.ListTimersAsync(after.AddTicks(-1), 0, _limit / 2, CancellationToken.None));
        }
        catch (Exception failed)
        {
            DurableLog.TimersNotFetched(_logger, failed.Message);
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
        }
        finally
        {
            lock (_gate)
            {
                _isFetching = false;
            }
        }

        Ring();
    }

    private void Add(IReadOnlyList<StoredTimer> timers)
    {
        lock (_gate)
        {
            foreach (var timer in timers)
            {
                if (!_armed.ContainsKey(timer.Execution))
                {
                    Insert(new Entry(timer.InstanceId, timer.Execution, timer.Due, true));
                }
            }

            _horizon = timers.Count >= _limit / 2 ? timers[^1].Due : DateTime.MaxValue;
        }
    }

    private sealed record Entry(string InstanceId, long Execution, DateTime Due, bool IsStored);
}
