using System.Collections.Concurrent;
using Aurora.LocalRuntime.Durable.Engine;
using Aurora.LocalRuntime.Durable.Storage;

namespace Aurora.LocalRuntime.Durable;

/// <summary>What a start finds unfinished, and what waits in the store because memory was full: both come in only as there is room.</summary>
internal sealed partial class DurableEngine
{
    private const int RecoveryPage = 500;
    private const int ColdPage = 64;

    private readonly ConcurrentQueue<long> _cold = new();
    private readonly SemaphoreSlim _room = new(0, 1);

    private void SignalRoom()
    {
        if (_cold.IsEmpty || _room.CurrentCount > 0)
        {
            return;
        }

        try
        {
            _room.Release();
        }
        catch (SemaphoreFullException)
        {
            // Somebody else rang just now: once is enough.
        }
    }

    private async Task RecoverAsync()
    {
        try
        {
            await RepeatAsync(FindInboxAsync);
            await RepeatAsync(FindUnfinishedAsync);
            while (true)
            {
                await RepeatAsync(TakeColdAsync);
                await _room.WaitAsync(_stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    private async Task RepeatAsync(Func<CancellationToken, Task> step)
    {
        while (true)
        {
            try
            {
                await step(_stop.Token);
                return;
            }
            catch (Exception failed) when (failed is not OperationCanceledException)
            {
                if (failed is not StoreUnavailableException)
                {
                    DurableLog.RecoveryFailed(_logger, failed);
                }

                await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, _stop.Token);
            }
        }
    }

    private async Task FindInboxAsync(CancellationToken cancellation)
    {
        var last = 0L;
        _cold.Clear();
        while (true)
        {
            var page = await _store.ListInboxAsync(last, RecoveryPage, cancellation);
            foreach (var id in page)
            {
                // Messages of this ownership are in memory already, or in the queue.
                if (id < _numbers.First)
                {
                    _cold.Enqueue(id);
                }
            }

            if (page.Count < RecoveryPage || page[^1] >= _numbers.First)
            {
                return;
            }

            last = page[^1];
        }
    }

    private async Task FindUnfinishedAsync(CancellationToken cancellation)
    {
        var last = 0L;
        var count = 0;
        while (true)
        {
            var page = await _store.ListWithWorkAsync(last, _numbers.First, RecoveryPage, cancellation);
            foreach (var (id, execution) in page)
            {
                await _gate.EnterAsync(cancellation);
                Deliver(new InstanceMessage { Target = id, Execution = execution }, hasRoom: true);
                count++;
            }

            if (page.Count < RecoveryPage)
            {
                break;
            }

            last = page[^1].Execution;
        }

        if (count > 0)
        {
            DurableLog.Recovered(_logger, count);
        }
    }

    private async Task TakeColdAsync(CancellationToken cancellation)
    {
        while (_cold.TryPeek(out _))
        {
            var ids = new List<long>(ColdPage);
            await _gate.EnterAsync(cancellation);
            var places = 1;
            while (ids.Count < ColdPage && (ids.Count < places || (_gate.TryEnter() && ++places > 0)) && _cold.TryDequeue(out var id))
            {
                ids.Add(id);
            }

            try
            {
                foreach (var row in await ReadColdAsync(ids, cancellation))
                {
                    places--;
                    Deliver(MessageCodec.Decode(row), hasRoom: true);
                }
            }
            finally
            {
                for (; places > 0; places--)
                {
                    _gate.Leave();
                }
            }
        }
    }

    private async Task<IReadOnlyList<InboxRow>> ReadColdAsync(List<long> ids, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await _store.ReadInboxAsync(ids, cancellation);
            }
            catch (StoreUnavailableException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, cancellation);
            }
        }
    }
}
