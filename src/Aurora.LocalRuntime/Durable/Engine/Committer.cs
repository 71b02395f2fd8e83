// One thing: one writer, one batch at a time; what is written, what a failure means and what follows share its state.
using System.Diagnostics;
using System.Threading.Channels;
using Aurora.LocalRuntime.Durable.Storage;
using Microsoft.Extensions.Logging;

namespace Aurora.LocalRuntime.Durable.Engine;

/// <summary>
/// Writes what turns produced: each lane takes whatever waits as soon as its previous commit is done, so an idle engine commits at once and a
/// busy one in large batches. While the store is away it keeps everything and tries again; a batch that cannot be written is tried
/// item by item, so that one bad item fails alone.
/// </summary>
internal sealed class Committer(
    IInstanceStore store, DurableEngineOptions options, long owner, IEngineCrashPoints crashPoints, ILogger logger, Committer.IFollowUp followUp) : IDisposable
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private readonly Channel<PendingCommit> _queue = Channel.CreateUnbounded<PendingCommit>();
    private readonly CancellationTokenSource _abandon = new();
    private readonly KeyValuePair<string, object?> _hub = new("hub", options.HubName);
    private Task[] _lanes = [];
    private int _unfinished;
    private int _isAway;

    /// <summary>What the engine does once a turn is written, or is known never to be.</summary>
    internal interface IFollowUp
    {
        void OnCommitted(PendingCommit pending);

        void OnCommitFailed(PendingCommit pending, Exception reason);

        /// <summary>The turn was neither written nor refused: the engine ended first.</summary>
        void OnAbandoned(PendingCommit pending);

        void OnLost(Exception reason);
    }

    public bool IsIdle => Volatile.Read(ref _unfinished) == 0;

    public void Start() => _lanes = [.. Enumerable.Range(0, Math.Max(1, options.CommitLanes)).Select(lane => Task.Run(() => RunAsync(lane)))];

    public void Add(PendingCommit pending)
    {
        Interlocked.Increment(ref _unfinished);
        pending.QueuedAt = Stopwatch.GetTimestamp();
        if (!_queue.Writer.TryWrite(pending))
        {
            Interlocked.Decrement(ref _unfinished);
            followUp.OnAbandoned(pending);
        }
    }

    /// <summary>Writes what waits and ends; gives up on the rest when the token says so.</summary>
    public async Task StopAsync(CancellationToken cancellation)
    {
        _queue.Writer.TryComplete();
        await using (cancellation.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), _abandon))
        {
            await Task.WhenAll(_lanes);
        }

        AbandonQueue();
    }

    /// <summary>Writes nothing any more.</summary>
    public void Abandon()
    {
        _queue.Writer.TryComplete();
        _abandon.Cancel();
    }

    public void Dispose() => _abandon.Dispose();

    private async Task RunAsync(int lane)
    {
        var batch = new List<PendingCommit>(options.MaxCommitBatch);
        var commits = new List<InstanceCommit>(options.MaxCommitBatch);
        try
        {
            while (await _queue.Reader.WaitToReadAsync(_abandon.Token))
            {
                batch.Clear();
                while (batch.Count < options.MaxCommitBatch && _queue.Reader.TryRead(out var next))
                {
                    batch.Add(next);
                }

                if (batch.Count > 0)
                {
                    commits.Clear();
                    commits.AddRange(batch.Select(static pending => pending.Commit));
                    var begun = Stopwatch.GetTimestamp();
                    DurableMetrics.CommitTurns.Record(batch.Count, _hub);
                    DurableMetrics.CommitWait.Record(Stopwatch.GetElapsedTime(batch[0].QueuedAt, begun).TotalMilliseconds, _hub);
                    await WriteAsync(lane, batch, commits);
                    DurableMetrics.CommitDuration.Record(Stopwatch.GetElapsedTime(begun).TotalMilliseconds, _hub);
                }
            }
        }
        catch (OperationCanceledException) when (_abandon.IsCancellationRequested)
        {
            // What was not written is found again from the store.
            batch.ForEach(followUp.OnAbandoned);
        }
        catch (Exception fatal)
        {
            Abandon();
            followUp.OnLost(fatal);
            batch.ForEach(followUp.OnAbandoned);
            AbandonQueue();
        }
    }

    private void AbandonQueue()
    {
        while (_queue.Reader.TryRead(out var left))
        {
            followUp.OnAbandoned(left);
        }
    }

    private async Task WriteAsync(int lane, List<PendingCommit> batch, List<InstanceCommit> commits)
    {
        crashPoints.BeforeCommit(commits);
        try
        {
            await WriteWhenReachableAsync(lane, commits);
        }
        catch (Exception refused) when (IsRefusal(refused) && batch.Count > 1)
        {
            DurableMetrics.CommitsSplit.Add(1, _hub);
            DurableLog.BatchRefused(logger, batch.Count, refused.Message);
            await WriteOneByOneAsync(lane, batch);
            return;
        }
        catch (Exception refused) when (IsRefusal(refused))
        {
            Fail(batch[0], refused);
            return;
        }

        crashPoints.AfterCommit(commits);
        foreach (var pending in batch)
        {
            Follow(pending);
        }
    }

    private async Task WriteOneByOneAsync(int lane, List<PendingCommit> batch)
    {
        foreach (var pending in batch)
        {
            try
            {
                await WriteWhenReachableAsync(lane, [pending.Commit]);
            }
            catch (Exception refused) when (IsRefusal(refused))
            {
                Fail(pending, refused);
                continue;
            }

            Follow(pending);
        }
    }

    private bool IsRefusal(Exception thrown) =>
        thrown is not (HubLostException or SimulatedCrashException) && !(thrown is OperationCanceledException && _abandon.IsCancellationRequested);

    private void Follow(PendingCommit pending)
    {
        Interlocked.Decrement(ref _unfinished);
        followUp.OnCommitted(pending);
    }

    private void Fail(PendingCommit pending, Exception reason)
    {
        Interlocked.Decrement(ref _unfinished);
        followUp.OnCommitFailed(pending, reason);
    }

    private async Task WriteWhenReachableAsync(int lane, List<InstanceCommit> commits)
    {
        var pause = TimeSpan.FromMilliseconds(20);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (attempt == 1 || !await store.WasCommittedAsync(commits, _abandon.Token))
                {
                    await store.CommitAsync(owner, lane, commits, _abandon.Token);
                }

                if (Interlocked.Exchange(ref _isAway, 0) != 0)
                {
                    DurableLog.StoreIsBack(logger);
                }

                return;
            }
            catch (StoreUnavailableException away)
            {
                if (Interlocked.Exchange(ref _isAway, 1) == 0)
                {
                    DurableLog.StoreIsAway(logger, away.Message);
                }
            }

            // A pause between attempts to reach a server is real time, whatever clock the orchestrations live by.
            await Task.Delay(pause, TimeProvider.System, _abandon.Token);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }
}
