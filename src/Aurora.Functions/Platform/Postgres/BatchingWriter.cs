// One thing: how concurrent writes come to share a commit; queue, lanes and failure handling only make sense together.
using System.Diagnostics;
using System.Threading.Channels;
using System.Threading.Tasks.Sources;
using Aurora.Functions.Platform.Telemetry;

namespace Aurora.Functions.Platform.Postgres;

/// <summary>
/// Lets many concurrent callers share one commit. There is no timer: a caller that finds a free lane starts the write at
/// once on its own thread, and whatever arrives while it runs forms the next batch. So an idle system pays one commit, a
/// busy one pays one commit per batch.
/// </summary>
/// <remarks>
/// A batch that fails is run again one item at a time, so that only the guilty item fails; a lost conflict is first
/// retried as a whole. When the connection fails, every item of the batch fails: whether it was committed is unknown.
/// A cancelled caller is released before its item is taken into a batch, never after.
/// </remarks>
internal sealed class BatchingWriter<TItem, TOutcome> : IAsyncDisposable
{
    private readonly Channel<PendingWrite> _queue;
    private readonly BatchingWriterOptions _options;
    private readonly Func<IReadOnlyList<TItem>, CancellationToken, Task<IReadOnlyList<TOutcome>>> _writeBatch;
    private readonly CancellationTokenSource _abort = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly KeyValuePair<string, object?> _tag;
    private int _waiting;
    private int _activeLanes;
    private int _closed;

    public BatchingWriter(
        string name,
        BatchingWriterOptions options,
        Func<IReadOnlyList<TItem>, CancellationToken, Task<IReadOnlyList<TOutcome>>> writeBatch)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(writeBatch);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxBatch, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxQueue, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Lanes, 1, nameof(options));
        Name = name;
        _options = options;
        _writeBatch = writeBatch;
        _tag = new("writer", name);
        _queue = Channel.CreateUnbounded<PendingWrite>(new UnboundedChannelOptions { SingleReader = options.Lanes == 1 });
    }

    /// <summary>The name its metrics carry.</summary>
    public string Name { get; }

    /// <summary>Items not yet taken into a batch.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Writes one item and answers its own outcome after the commit.</summary>
    /// <exception cref="WriterOverloadedException">The queue is full; nothing was written.</exception>
    /// <exception cref="ObjectDisposedException">The writer is closing; nothing was written.</exception>
    public ValueTask<TOutcome> WriteAsync(TItem item, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _closed) != 0, this);
        if (Interlocked.Increment(ref _waiting) > _options.MaxQueue)
        {
            Interlocked.Decrement(ref _waiting);
            WriterMetrics.Refused.Add(1, _tag);
            throw new WriterOverloadedException($"The writer '{Name}' has {_options.MaxQueue} items waiting.");
        }

        var pending = new PendingWrite(item, cancellation);
        _queue.Writer.TryWrite(pending);
        if (TryTakeLane())
        {
            StartLane();
        }

        return pending.AsValueTask();
    }

    /// <summary>Refuses new items, finishes the queued ones, and after the drain timeout cancels what still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
        {
            await _drained.Task;
            return;
        }

        SignalWhenDrained();
        try
        {
            await _drained.Task.WaitAsync(_options.DrainTimeout);
        }
        catch (TimeoutException)
        {
            await _abort.CancelAsync();
            await _drained.Task;
        }

        _abort.Dispose();
    }

    private bool TryTakeLane()
    {
        while (true)
        {
            var active = Volatile.Read(ref _activeLanes);
            if (active >= _options.Lanes)
            {
                return false;
            }

            if (Interlocked.CompareExchange(ref _activeLanes, active + 1, active) == active)
            {
                return true;
            }
        }
    }

    private void StartLane()
    {
        if (TaskScheduler.Current != TaskScheduler.Default)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static writer => _ = writer.RunLaneAsync(), this, preferLocal: true);
            return;
        }

        // The lane outlives this caller: it must not carry the caller's context, activity or log scope on.
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            if (ExecutionContext.IsFlowSuppressed())
            {
                _ = RunLaneAsync();
                return;
            }

            using (ExecutionContext.SuppressFlow())
            {
                _ = RunLaneAsync();
            }
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    private async Task RunLaneAsync()
    {
        var batch = new List<PendingWrite>();
        var items = new List<TItem>();
        do
        {
            while (Take(batch, items))
            {
                await WriteAsync(batch, items);
                batch.Clear();
                items.Clear();
            }

            Interlocked.Decrement(ref _activeLanes);

            // An item that arrived between the last look and the release found no free lane: look once more.
        }
        while (Volatile.Read(ref _waiting) > 0 && TryTakeLane());

        SignalWhenDrained();
    }

    private bool Take(List<PendingWrite> batch, List<TItem> items)
    {
        while (batch.Count < _options.MaxBatch && _queue.Reader.TryRead(out var pending))
        {
            Interlocked.Decrement(ref _waiting);
            if (pending.TryCancel())
            {
                continue;
            }

            batch.Add(pending);
            items.Add(pending.Item);
        }

        return batch.Count > 0;
    }

    private async Task WriteAsync(List<PendingWrite> batch, List<TItem> items)
    {
        var started = Stopwatch.GetTimestamp();
        WriterMetrics.BatchSize.Record(batch.Count, _tag);
        WriterMetrics.Wait.Record(Stopwatch.GetElapsedTime(batch[0].QueuedAt, started).TotalMilliseconds, _tag);
        try
        {
            var outcomes = await RunAsync(items);
            for (var i = 0; i < batch.Count; i++)
            {
                batch[i].Complete(outcomes[i]);
            }
        }
        catch (Exception e) when (batch.Count > 1 && !PostgresFailures.IsUnavailable(e) && !_abort.IsCancellationRequested)
        {
            WriterMetrics.Split.Add(1, _tag);
            await WriteOneByOneAsync(batch);
        }
        catch (Exception e)
        {
            WriterMetrics.Failed.Add(batch.Count, _tag);
            foreach (var pending in batch)
            {
                pending.Fail(e);
            }
        }

        WriterMetrics.Duration.Record(Stopwatch.GetElapsedTime(started).TotalMilliseconds, _tag);
    }

    private async Task WriteOneByOneAsync(List<PendingWrite> batch)
    {
        Exception? away = null;
        foreach (var pending in batch)
        {
            try
            {
                if (away is not null)
                {
                    pending.Fail(away);
                    continue;
                }

                pending.Complete((await RunAsync([pending.Item]))[0]);
            }
            catch (Exception e)
            {
                WriterMetrics.Failed.Add(1, _tag);
                away = PostgresFailures.IsUnavailable(e) ? e : null;
                pending.Fail(e);
            }
        }
    }

    private async Task<IReadOnlyList<TOutcome>> RunAsync(List<TItem> items)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                var outcomes = await _writeBatch(items, _abort.Token);
                return outcomes.Count == items.Count
                    ? outcomes
                    : throw new InvalidOperationException(
                        $"The writer '{Name}' got {outcomes.Count} outcomes for {items.Count} items.");
            }
            catch (Exception e) when (attempt < _options.ConflictRetries && PostgresFailures.IsConflict(e))
            {
                WriterMetrics.Conflicts.Add(1, _tag);
            }
        }
    }

    private void SignalWhenDrained()
    {
        if (Volatile.Read(ref _closed) != 0 && Volatile.Read(ref _activeLanes) == 0 && Volatile.Read(ref _waiting) <= 0)
        {
            _drained.TrySetResult();
        }
    }

    /// <summary>One caller's item: queue entry and awaitable in one allocation.</summary>
    private sealed class PendingWrite : IValueTaskSource<TOutcome>
    {
        private readonly CancellationToken _cancellation;
        private ManualResetValueTaskSourceCore<TOutcome> _core;

        public PendingWrite(TItem item, CancellationToken cancellation)
        {
            Item = item;
            _cancellation = cancellation;

            // The committing lane goes on to the next batch; callers continue on the pool.
            _core.RunContinuationsAsynchronously = true;
        }

        public TItem Item { get; }

        public long QueuedAt { get; } = Stopwatch.GetTimestamp();

        public ValueTask<TOutcome> AsValueTask() => new(this, _core.Version);

        public bool TryCancel()
        {
            if (!_cancellation.IsCancellationRequested)
            {
                return false;
            }

            _core.SetException(new OperationCanceledException(_cancellation));
            return true;
        }

        public void Complete(TOutcome outcome) => _core.SetResult(outcome);

        public void Fail(Exception exception) => _core.SetException(exception);

        TOutcome IValueTaskSource<TOutcome>.GetResult(short token) => _core.GetResult(token);

        ValueTaskSourceStatus IValueTaskSource<TOutcome>.GetStatus(short token) => _core.GetStatus(token);

        void IValueTaskSource<TOutcome>.OnCompleted(
            Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            _core.OnCompleted(continuation, state, token, flags);
    }
}
