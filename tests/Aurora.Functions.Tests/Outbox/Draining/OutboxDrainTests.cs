using System.Collections.Concurrent;
using Aurora.Functions.Outbox;
using Aurora.Functions.Outbox.Claiming;
using Aurora.Functions.Outbox.Draining;
using Aurora.Functions.Outbox.Recovering;
using Aurora.Functions.Outbox.Storing;
using Aurora.Functions.Platform.Time;
using Aurora.TestKit;
using Aurora.TestKit.Outbox;
using Aurora.TestKit.Time;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Moq;
using Npgsql;
using Xunit;

namespace Aurora.Functions.Tests.Outbox.Draining;

public sealed class OutboxDrainTests : IAsyncLifetime
{
    private static readonly DurableTaskClient Client = new Mock<DurableTaskClient>("test").Object;
    private readonly ManualTimeProvider _time = new(OutboxRows.Noon.AddMinutes(1));
    private readonly InMemoryOutboxStore _store = new();
    private readonly OutboxWakeUp _wakeUp = new();
    private readonly OutboxOptions _options = new();
    private readonly NpgsqlDataSource _nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1");
    private readonly ConcurrentQueue<string> _handled = [];
    private OutboxHandling _outcome = OutboxHandling.Completed;
    private OutboxMarks? _marks;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_marks is not null)
        {
            await _marks.DisposeAsync();
        }

        await _nowhere.DisposeAsync();
    }

    [Fact]
    public async Task DrainOnce_WithoutAHandler_IsRefusedAndLeavesTheRow()
    {
        _store.Emit([OutboxRows.Row("a", "k")]);

        await Assert.ThrowsAsync<ArgumentNullException>(() => NewDrain().DrainOnceAsync(null!, default));

        Assert.Equal(1, (await _store.ReadStatisticsAsync(default)).Pending);
    }

    [Fact]
    public async Task DrainOnce_OneOfThreeFails_CountsTwoAndTakesNoMoreThanABatch()
    {
        _options.BatchSize = 3;
        _store.Emit([.. Enumerable.Range(0, 5).Select(i => OutboxRows.Row($"{i}", $"k{i}", i))]);

        var completed = await NewDrain().DrainOnceAsync(
            static (item, _) => item.Claim.Id.Value == "1" ? throw new InvalidOperationException("no") : Task.CompletedTask, default);

        var all = await _store.ReadStatisticsAsync(default);
        Assert.Equal(2, completed);
        Assert.Equal((2, 2, 1), (all.Pending, all.Completed, all.Failed));
    }

    [Fact]
    public async Task Tick_Backlog_IsDrainedInOneInvocation()
    {
        _options.Linger = false;
        _store.Emit([.. Enumerable.Range(0, 120).Select(i => OutboxRows.Row($"{i:D3}", $"k{i}", i / 1000.0))]);

        await NewDrain().RunTickAsync(Client, default);

        Assert.Equal(120, (await _store.ReadStatisticsAsync(default)).Completed);
    }

    [Fact]
    public async Task Tick_UnknownEventType_FailsThatRowAlone()
    {
        _options.Linger = false;
        _store.Emit([OutboxRows.Row("a", "k1", eventType: "OTHER"), OutboxRows.Row("b", "k2")]);

        await NewDrain().RunTickAsync(Client, default);

        var row = (await _store.FindAsync(new OutboxId("a"), _time.GetUtcNow(), default))!;
        Assert.Equal(OutboxStatus.Failed, row.Status);
        Assert.Contains("'OTHER'", row.LastError, StringComparison.Ordinal);
        Assert.Equal(["b"], _handled);
    }

    [Fact]
    public async Task Tick_SignalWhileItLingers_TakesTheRowAtOnceAndEndsBeforeTheNextTick()
    {
        var tick = NewDrain().RunTickAsync(Client, default);
        Assert.False(tick.IsCompleted);

        _store.Emit([OutboxRows.Row("a", "k")]);
        _wakeUp.Signal();

        await Eventually.BecomesTrueAsync(() => _handled.Contains("a"), "the row is handled without a poll");
        _time.Advance(TimeSpan.FromMilliseconds(979));
        Assert.False(tick.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(2));
        await tick.WaitAsync(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Tick_BeforeThePollIsDue_DoesNothingWithoutASignal()
    {
        _options.Linger = false;
        var drain = NewDrain();
        await drain.RunTickAsync(Client, default);
        _store.Emit([OutboxRows.Row("a", "k")]);

        _time.Advance(TimeSpan.FromSeconds(1));
        await drain.RunTickAsync(Client, default);
        Assert.Empty(_handled);
        _time.Advance(TimeSpan.FromSeconds(1));
        await drain.RunTickAsync(Client, default);

        Assert.Equal(["a"], _handled);
    }

    [Fact]
    public async Task Tick_AllPlacesTaken_ClaimsNoMoreUntilThereIsRoom()
    {
        _options.Linger = false;
        _options.MaxInFlight = 4;
        _outcome = OutboxHandling.Started;
        _store.Emit([.. Enumerable.Range(0, 10).Select(i => OutboxRows.Row($"{i}", $"k{i}", i / 1000.0))]);
        var drain = NewDrain();

        await drain.RunTickAsync(Client, default);
        Assert.Equal(4, (await _store.ReadStatisticsAsync(default)).Processing);

        await _marks!.MarkSuccessAsync(new OutboxClaim(new OutboxId("0"), 1), default);
        await _marks.MarkSuccessAsync(new OutboxClaim(new OutboxId("1"), 1), default);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        Assert.True(await _wakeUp.WaitAsync(limit.Token));
        _time.Advance(TimeSpan.FromSeconds(2));
        await drain.RunTickAsync(Client, default);

        var all = await _store.ReadStatisticsAsync(default);
        Assert.Equal((4, 2, 4), (all.Processing, all.Completed, all.Pending));
    }

    [Fact]
    public async Task Tick_StoreFails_IsLoggedAndTheNextPollGoesOn()
    {
        _options.Linger = false;
        var broken = new Mock<IOutboxStore>();
        broken.Setup(s => s.AnnounceAsync(It.IsAny<string>(), It.IsAny<DateTimeOffset>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new InvalidOperationException("away"));
        using var logs = new CapturedLogs();
        using var loggers = LoggerFactory.Create(l => l.AddProvider(logs));

        await NewDrain(broken.Object, loggers.CreateLogger<OutboxDrain>()).RunTickAsync(Client, default);

        Assert.Contains(logs.Lines, l => l is { EventId: 1109, Level: LogLevel.Error });
    }

    private OutboxDrain NewDrain(IOutboxStore? other = null, ILogger<OutboxDrain>? logger = null)
    {
        var store = other ?? _store;
        var options = Options.Create(_options);
        var clock = new DatabaseClock(_time, _nowhere);
        var inFlight = new ItemsInFlight(_options.MaxInFlight, _options.MaxCachedCharacters);
        var handlers = new OutboxHandlers([new OutboxHandler(OutboxEvents.IngestReceived, HandleAsync, static (_, _, _) => Task.FromResult(false))]);
        var worker = new OutboxWorker();
        var claimSize = new ClaimSize(_options.BatchSize);
        _marks = new OutboxMarks(store, inFlight, claimSize, new ClaimPosition(), _wakeUp, clock, options, NullLogger<OutboxMarks>.Instance);
        var keys = new OutboxKeyRepair(store, clock, NullLogger<OutboxKeyRepair>.Instance);
        var recovery = new OutboxRecovery(
            store, handlers, _marks, keys, inFlight, worker, clock, options, NullLogger<OutboxRecovery>.Instance);
        return new OutboxDrain(
            store, handlers, _marks, inFlight, claimSize, worker, recovery, _wakeUp, clock, _time, options, logger ?? NullLogger<OutboxDrain>.Instance);
    }

    private Task<OutboxHandling> HandleAsync(OutboxItem item, DurableTaskClient client, CancellationToken cancellation)
    {
        _handled.Enqueue(item.Claim.Id.Value);
        return Task.FromResult(_outcome);
    }
}
