using System.Collections.Concurrent;
using Aurora.Functions.Platform.Postgres;
using Npgsql;
using Xunit;

namespace Aurora.Functions.Tests.Platform.Postgres;

public sealed class BatchingWriterTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Write_Alone_StartsAtOnceOnTheCallersThread()
    {
        var caller = 0;
        var database = new FakeDatabase { OnBatch = _ => caller = Environment.CurrentManagedThreadId };
        await using var writer = database.NewWriter();

        int here = 0;
        var pending = await Task.Run(async () =>
        {
            here = Environment.CurrentManagedThreadId;
            return await writer.WriteAsync(1, None);
        });

        Assert.Equal("1", pending);
        Assert.Equal(here, caller);
    }

    [Fact]
    public async Task Write_WhileABatchRuns_SharesTheNextOne()
    {
        var database = new FakeDatabase(holdFirst: true);
        await using var writer = database.NewWriter();

        var first = writer.WriteAsync(0, None).AsTask();
        var others = Enumerable.Range(1, 100).Select(i => writer.WriteAsync(i, None).AsTask()).ToArray();
        Assert.Equal(100, writer.Waiting);
        database.Release();

        Assert.Equal("0", await first);
        Assert.Equal(Enumerable.Range(1, 100).Select(i => $"{i}"), await Task.WhenAll(others));
        Assert.Equal([1, 100], database.BatchSizes);
    }

    [Fact]
    public async Task Write_MoreThanABatch_IsSplitInOrder()
    {
        var database = new FakeDatabase(holdFirst: true);
        await using var writer = database.NewWriter(new() { MaxBatch = 40 });

        var all = Enumerable.Range(0, 101).Select(i => writer.WriteAsync(i, None).AsTask()).ToArray();
        database.Release();
        await Task.WhenAll(all);

        Assert.Equal([1, 40, 40, 20], database.BatchSizes);
        Assert.Equal(Enumerable.Range(0, 101), database.Written);
    }

    [Fact]
    public async Task Write_SeveralLanes_RunAtTheSameTime()
    {
        var database = new FakeDatabase(holdFirst: true, held: 2);
        await using var writer = database.NewWriter(new() { Lanes = 2 });

        var all = Enumerable.Range(0, 10).Select(i => writer.WriteAsync(i, None).AsTask()).ToArray();

        Assert.Equal([1, 1], database.BatchSizes);
        Assert.Equal(8, writer.Waiting);
        database.Release();
        await Task.WhenAll(all);
    }

    [Fact]
    public async Task Write_FullQueue_IsRefusedAtOnceAndTheOthersAreWritten()
    {
        var database = new FakeDatabase(holdFirst: true);
        await using var writer = database.NewWriter(new() { MaxQueue = 3 });
        var accepted = Enumerable.Range(0, 4).Select(i => writer.WriteAsync(i, None).AsTask()).ToArray();

        var refused = Assert.Throws<WriterOverloadedException>(() => { _ = writer.WriteAsync(9, None).AsTask(); });

        Assert.True(refused.RetryAfter > TimeSpan.Zero);
        database.Release();
        await Task.WhenAll(accepted);
        Assert.DoesNotContain(9, database.Written);
        Assert.Equal("5", await writer.WriteAsync(5, None));
    }

    [Fact]
    public async Task Write_OneBadItem_OnlyItsCallerFails()
    {
        var database = new FakeDatabase(holdFirst: true) { IsBad = item => item == 3 ? new InvalidOperationException("bad") : null };
        await using var writer = database.NewWriter();
        var all = Enumerable.Range(0, 6).Select(i => writer.WriteAsync(i, None).AsTask()).ToArray();

        database.Release();

        await Assert.ThrowsAsync<InvalidOperationException>(() => all[3]);
        Assert.Equal(["0", "1", "2", "4", "5"], await Task.WhenAll(all.Where((_, i) => i != 3)));
        Assert.Equal([1, 5, 1, 1, 1, 1, 1], database.BatchSizes);
    }

    [Fact]
    public async Task Write_LostConflict_RunsTheWholeBatchAgain()
    {
        var conflicts = 2;
        var database = new FakeDatabase(holdFirst: true)
        {
            IsBad = item => item == 3 && conflicts-- > 0 ? Refused(PostgresErrorCodes.DeadlockDetected) : null,
        };
        await using var writer = database.NewWriter();
        var all = Enumerable.Range(0, 6).Select(i => writer.WriteAsync(i, None).AsTask()).ToArray();

        database.Release();
        await Task.WhenAll(all);

        Assert.Equal([1, 5, 5, 5], database.BatchSizes);
    }

    [Fact]
    public async Task Write_ConflictsWithoutEnd_FallBackToOneByOne()
    {
        var database = new FakeDatabase(holdFirst: true)
        {
            IsBad = item => item == 3 ? Refused(PostgresErrorCodes.SerializationFailure) : null,
        };
        await using var writer = database.NewWriter(new() { ConflictRetries = 1 });
        var all = Enumerable.Range(0, 4).Select(i => writer.WriteAsync(i, None).AsTask()).ToArray();

        database.Release();

        await Assert.ThrowsAsync<PostgresException>(() => all[3]);
        await Task.WhenAll(all[..3]);
        Assert.Equal([1, 3, 3, 1, 1, 1, 1], database.BatchSizes);
    }

    [Fact]
    public async Task Write_DatabaseAway_FailsTheBatchWithoutTryingEachItem()
    {
        var database = new FakeDatabase(holdFirst: true) { IsBad = _ => new NpgsqlException("away") };
        await using var writer = database.NewWriter();
        var all = Enumerable.Range(0, 6).Select(i => writer.WriteAsync(i, None).AsTask()).ToArray();

        database.Release();

        foreach (var pending in all)
        {
            await Assert.ThrowsAsync<NpgsqlException>(() => pending);
        }

        Assert.Equal([1, 5], database.BatchSizes);
    }

    [Fact]
    public async Task Write_CancelledBeforeItsBatch_IsNotWritten()
    {
        var database = new FakeDatabase(holdFirst: true);
        await using var writer = database.NewWriter();
        using var gone = new CancellationTokenSource();
        var first = writer.WriteAsync(0, None).AsTask();
        var cancelled = writer.WriteAsync(1, gone.Token).AsTask();
        var last = writer.WriteAsync(2, None).AsTask();

        await gone.CancelAsync();
        database.Release();

        await Assert.ThrowsAsync<OperationCanceledException>(() => cancelled);
        await Task.WhenAll(first, last);
        Assert.Equal([0, 2], database.Written);
    }

    [Fact]
    public async Task Dispose_WithItemsQueued_WritesThemAndRefusesNewOnes()
    {
        var database = new FakeDatabase(holdFirst: true);
        var writer = database.NewWriter();
        var all = Enumerable.Range(0, 5).Select(i => writer.WriteAsync(i, None).AsTask()).ToArray();

        var closing = writer.DisposeAsync().AsTask();

        Assert.False(closing.IsCompleted);
        Assert.Throws<ObjectDisposedException>(() => { _ = writer.WriteAsync(9, None).AsTask(); });
        database.Release();
        await closing;
        await Task.WhenAll(all);
        Assert.Equal(Enumerable.Range(0, 5), database.Written);
    }

    [Fact]
    public async Task Dispose_BatchHangs_IsCancelledAfterTheDrainTimeout()
    {
        var database = new FakeDatabase(holdFirst: true);
        var writer = database.NewWriter(new() { DrainTimeout = TimeSpan.FromMilliseconds(10) });
        var pending = writer.WriteAsync(1, None).AsTask();

        await writer.DisposeAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pending);
    }

    [Fact]
    public async Task Write_OutcomesMissing_FailsInsteadOfMixingThemUp()
    {
        await using var writer = new BatchingWriter<int, string>("short", new(), (_, _) => Task.FromResult<IReadOnlyList<string>>([]));

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await writer.WriteAsync(1, None));
    }

    [Fact]
    public async Task Write_ManyCallersManyLanes_EveryItemExactlyOnce()
    {
        const int callers = 32;
        const int each = 200;
        var database = new FakeDatabase { Yields = true };
        await using var writer = database.NewWriter(new() { Lanes = 3, MaxBatch = 17 });

        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            for (var i = 0; i < each; i++)
            {
                var item = (caller * each) + i;
                Assert.Equal($"{item}", await writer.WriteAsync(item, None));
            }
        })));

        Assert.Equal(Enumerable.Range(0, callers * each), database.Written.Order());
        Assert.Equal(0, writer.Waiting);
    }

    private static PostgresException Refused(string state) => new("refused", "ERROR", "ERROR", state);

    /// <summary>Takes batches, all or nothing; may hold the first ones until told.</summary>
    private sealed class FakeDatabase(bool holdFirst = false, int held = 1)
    {
        private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ConcurrentQueue<int> _written = [];
        private readonly ConcurrentQueue<int> _sizes = [];
        private int _batches;

        public Func<int, Exception?>? IsBad { get; init; }

        public Action<int>? OnBatch { get; init; }

        public bool Yields { get; init; }

        public int[] Written => [.. _written];

        public int[] BatchSizes => [.. _sizes];

        public void Release() => _gate.TrySetResult();

        public BatchingWriter<int, string> NewWriter(BatchingWriterOptions? options = null) => new("test", options ?? new(), WriteAsync);

        private async Task<IReadOnlyList<string>> WriteAsync(IReadOnlyList<int> items, CancellationToken cancellation)
        {
            _sizes.Enqueue(items.Count);
            OnBatch?.Invoke(items.Count);
            if (holdFirst && Interlocked.Increment(ref _batches) <= held)
            {
                await _gate.Task.WaitAsync(cancellation);
            }

            if (Yields)
            {
                await Task.Yield();
            }

            foreach (var item in items)
            {
                if (IsBad?.Invoke(item) is { } exception)
                {
                    throw exception;
                }
            }

            foreach (var item in items)
            {
                _written.Enqueue(item);
            }

            return [.. items.Select(i => $"{i}")];
        }
    }
}
