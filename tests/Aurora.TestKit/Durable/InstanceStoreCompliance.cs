// One thing: the guarantees written at IInstanceStore, one test each.
using Aurora.LocalRuntime.Durable.History;
using Aurora.LocalRuntime.Durable.Orchestrations;
using Aurora.LocalRuntime.Durable.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Xunit;

namespace Aurora.TestKit.Durable;

/// <summary>What every instance store must do.</summary>
public abstract class InstanceStoreCompliance
{
    private static readonly DateTime Noon = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);

    private long _number;

    [Fact]
    public async Task Open_WhileOwned_IsRefusedAndNamesTheHolder()
    {
        var (open, hub) = NewHub();
        await using var first = open();
        await first.OpenAsync(hub, CancellationToken.None);
        await using var second = open();

        var refused = await Assert.ThrowsAsync<HubTakenException>(() => second.OpenAsync(hub, CancellationToken.None));

        Assert.Contains(Environment.MachineName, refused.Message, StringComparison.Ordinal);
        Assert.Contains(Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture), refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_AfterClose_GivesAHigherOwnership()
    {
        var (open, hub) = NewHub();
        await using var store = open();
        var first = await store.OpenAsync(hub, CancellationToken.None);
        await store.CloseAsync();

        var second = await store.OpenAsync(hub, CancellationToken.None);

        Assert.True(second > first);
    }

    [Fact]
    public async Task Commit_OfAnEarlierOwnership_IsRefusedAndWritesNothing()
    {
        var (store, owner) = await OpenAsync();
        await using var _ = store;

        await Assert.ThrowsAsync<HubLostException>(() => store.CommitAsync(owner - 1, 0, [Create("a")], CancellationToken.None));

        Assert.Null(await store.ReadRecordAsync("a", CancellationToken.None));
    }

    [Fact]
    public async Task Commit_WithOneItemThatDoesNotFit_WritesNothingOfTheBatch()
    {
        var (store, owner) = await OpenAsync();
        await using var _ = store;
        await store.CommitAsync(owner, 0, [Create("twice")], CancellationToken.None);

        await Assert.ThrowsAnyAsync<Exception>(() => store.CommitAsync(owner, 0, [Create("new"), Create("twice")], CancellationToken.None));

        Assert.Null(await store.ReadRecordAsync("new", CancellationToken.None));
    }

    [Fact]
    public async Task Load_OfAnUnfinishedInstance_BringsItsTurnsInOrder()
    {
        var (store, owner) = await OpenAsync();
        await using var _ = store;
        var create = Create("a", info => info with { Tags = new Dictionary<string, string> { ["k"] = "v" }, Parent = new ParentLink("p", "Parent", 7, 3), Version = "2" });
        await store.CommitAsync(owner, 0, [create], CancellationToken.None);
        await store.CommitAsync(owner, 0, [Advance(create, 1, "one")], CancellationToken.None);
        await store.CommitAsync(owner, 0, [Advance(create, 2, "two")], CancellationToken.None);

        var loaded = Assert.Single(await store.LoadAsync(["a", "unknown", "a"], CancellationToken.None));

        Assert.Equal(create.Row!.Info with { Tags = null }, loaded.Record.Info with { Tags = null });
        Assert.Equal("v", loaded.Record.Info.Tags!["k"]);
        Assert.Equal(["start", "one", "two"], loaded.Turns.Select(turn => turn.Events[0].Payload));
    }

    [Fact]
    public async Task Finish_KeepsOutputFailureAndTheWholeHistory()
    {
        var (store, owner) = await OpenAsync();
        await using var _ = store;
        var create = Create("a");
        var failure = new TaskFailureDetails("T", "why", "stack", new TaskFailureDetails("I", "inner", null, null, null), null);
        await store.CommitAsync(owner, 0, [create], CancellationToken.None);
        await store.CommitAsync(owner, 0, [Finish(create, 1, OrchestrationRuntimeStatus.Failed, "out", failure)], CancellationToken.None);

        var loaded = Assert.Single(await store.LoadAsync(["a"], CancellationToken.None));
        var history = await store.ReadHistoryAsync("a", CancellationToken.None);

        Assert.Empty(loaded.Turns);
        Assert.Equal(OrchestrationRuntimeStatus.Failed, loaded.Record.Status);
        Assert.Equal("out", loaded.Record.Output);
        Assert.Equal(failure, loaded.Record.Failure);
        Assert.Equal(["start", "end"], history!.Turns.Select(turn => turn.Events[0].Payload));
    }

    [Fact]
    public async Task Replace_LeavesNothingOfTheOldExecution()
    {
        var (store, owner) = await OpenAsync();
        await using var _ = store;
        var old = Create("a");
        old.TimerChange = TimerChange.Set;
        old.TimerDue = Noon.AddDays(1);
        await store.CommitAsync(owner, 0, [old], CancellationToken.None);
        await store.CommitAsync(owner, 0, [Advance(old, 1, "one")], CancellationToken.None);

        var next = Create("a");
        next.Kind = CommitKind.Replace;
        next.ReplacedExecution = old.Execution;
        await store.CommitAsync(owner, 0, [next], CancellationToken.None);

        var loaded = Assert.Single(await store.LoadAsync(["a"], CancellationToken.None));
        Assert.Equal(next.Execution, loaded.Record.Info.Execution);
        Assert.Single(loaded.Turns);
        Assert.Empty(await store.ListTimersAsync(DateTime.MinValue, 0, 10, CancellationToken.None));
    }

    [Fact]
    public async Task Inbox_HoldsMessagesUntilTheirReceiverTakesThemIn()
    {
        var (store, owner) = await OpenAsync();
        await using var _ = store;
        var sender = Create("a");
        sender.Sends.AddRange([new InboxRow(11, "b", [1]), new InboxRow(12, "b", [2])]);
        await store.CommitAsync(owner, 0, [sender], CancellationToken.None);
        var receiver = Create("b");
        receiver.Received.Add(11);
        await store.CommitAsync(owner, 1, [receiver], CancellationToken.None);

        var ids = await store.ListInboxAsync(0, 10, CancellationToken.None);
        var row = Assert.Single(await store.ReadInboxAsync([11, 12], CancellationToken.None));

        Assert.Equal([12L], ids);
        Assert.Equal("b", row.Target);
        Assert.Equal([(byte)2], row.Body);
    }

    [Fact]
    public async Task Timers_ComeByDueTimeAndGoWhenCleared()
    {
        var (store, owner) = await OpenAsync();
        await using var _ = store;
        var commits = new[] { 3, 1, 2 }.Select(day =>
        {
            var commit = Create($"t{day}");
            commit.TimerChange = TimerChange.Set;
            commit.TimerDue = Noon.AddDays(day);
            return commit;
        }).ToArray();
        await store.CommitAsync(owner, 0, commits, CancellationToken.None);
        var cleared = Advance(commits[1], 1, "x");
        cleared.TimerChange = TimerChange.Clear;
        await store.CommitAsync(owner, 0, [cleared], CancellationToken.None);

        var first = await store.ListTimersAsync(DateTime.MinValue, 0, 1, CancellationToken.None);
        var rest = await store.ListTimersAsync(first[0].Due, first[0].Execution, 10, CancellationToken.None);

        Assert.Equal("t2", first[0].InstanceId);
        Assert.Equal("t3", Assert.Single(rest).InstanceId);
    }

    [Fact]
    public async Task ListWithWork_PassesOverWhatOnlyWaitsAndWhatIsFinished()
    {
        var (store, owner) = await OpenAsync();
        await using var _ = store;
        var working = Create("working");
        working.HasWork = true;
        var waiting = Create("waiting");
        waiting.HasWork = true;
        var finished = Create("finished");
        finished.HasWork = true;
        await store.CommitAsync(owner, 0, [working, waiting, finished], CancellationToken.None);
        await store.CommitAsync(owner, 0, [Advance(waiting, 1, "waits"), Finish(finished, 1, OrchestrationRuntimeStatus.Completed, null, null)], CancellationToken.None);

        var found = await store.ListWithWorkAsync(0, long.MaxValue, 10, CancellationToken.None);

        Assert.Equal("working", Assert.Single(found).Id);
    }

    [Fact]
    public async Task List_FiltersAndPagesInTheOrderOfIds()
    {
        var (store, owner) = await OpenAsync();
        await using var _ = store;
        await store.CommitAsync(owner, 0, [.. Enumerable.Range(0, 5).Select(i => Create($"x-{i}")), Create("y")], CancellationToken.None);
        var filter = new InstanceFilter { IdPrefix = "x-", Statuses = [OrchestrationRuntimeStatus.Running], CreatedFrom = Noon, CreatedTo = Noon };

        var first = await store.ListAsync(filter, null, 3, withPayloads: true, CancellationToken.None);
        var second = await store.ListAsync(filter, first.NextId, 3, withPayloads: false, CancellationToken.None);
        var none = await store.ListAsync(filter with { CreatedFrom = Noon.AddSeconds(1), CreatedTo = null }, null, 3, withPayloads: false, CancellationToken.None);

        Assert.Equal(["x-0", "x-1", "x-2"], first.Instances.Select(record => record.Info.Id));
        Assert.Equal(["x-3", "x-4"], second.Instances.Select(record => record.Info.Id));
        Assert.Equal("in", first.Instances[0].Info.Input);
        Assert.Null(second.Instances[0].Info.Input);
        Assert.Null(second.NextId);
        Assert.Empty(none.Instances);
    }

    [Fact]
    public async Task Purge_TakesFinishedOnesOnlyAndNoMoreThanAsked()
    {
        var (store, owner) = await OpenAsync();
        await using var _ = store;
        var all = Enumerable.Range(0, 5).Select(i => Create($"p{i}")).ToArray();
        await store.CommitAsync(owner, 0, all, CancellationToken.None);
        await store.CommitAsync(owner, 0, [.. all.Take(4).Select(create => Finish(create, 1, OrchestrationRuntimeStatus.Completed, null, null))], CancellationToken.None);

        var some = await store.PurgeAsync(new InstanceFilter(), 3, CancellationToken.None);
        var rest = await store.PurgeAsync(["p0", "p1", "p2", "p3", "p4"], CancellationToken.None);

        Assert.Equal(3, some.Count);
        Assert.Single(rest);
        Assert.Equal("p4", Assert.Single((await store.ListAsync(new InstanceFilter(), null, 10, false, CancellationToken.None)).Instances).Info.Id);
    }

    [Fact]
    public async Task Children_AreFoundByTheirParents()
    {
        var (store, owner) = await OpenAsync();
        await using var _ = store;
        var child = Create("c", info => info with { Parent = new ParentLink("p", "Parent", 1, 0) });
        await store.CommitAsync(owner, 0, [Create("p"), child], CancellationToken.None);

        Assert.Equal(["c"], await store.ListChildrenAsync(["p", "q"], CancellationToken.None));
    }

    /// <summary>A hub of its own, and how stores on it are made.</summary>
    private protected abstract (Func<IInstanceStore> Open, string Hub) NewHub();

    private protected InstanceCommit Create(string id, Func<InstanceInfo, InstanceInfo>? change = null)
    {
        var info = new InstanceInfo { Id = id, Execution = ++_number, Name = "Name", Input = "in", CreatedAt = Noon };
        info = change?.Invoke(info) ?? info;
        return new InstanceCommit
        {
            InstanceId = id,
            Execution = info.Execution,
            Kind = CommitKind.Create,
            Row = new InstanceRecord { Info = info, Status = OrchestrationRuntimeStatus.Running, UpdatedAt = Noon },
            Turn = Encode("start"),
        };
    }

    private protected async Task<(IInstanceStore Store, long Owner)> OpenAsync()
    {
        var (open, hub) = NewHub();
        var store = open();
        var owner = await store.OpenAsync(hub, CancellationToken.None);
        _number = owner << 40;
        return (store, owner);
    }

    private protected static InstanceCommit Advance(InstanceCommit create, int turn, string word) => new()
    {
        InstanceId = create.InstanceId,
        Execution = create.Execution,
        Kind = CommitKind.Advance,
        TurnNumber = turn,
        Turn = Encode(word),
    };

    private static InstanceCommit Finish(InstanceCommit create, int turn, OrchestrationRuntimeStatus status, string? output, TaskFailureDetails? failure)
    {
        var commit = Advance(create, turn, "end");
        commit.Row = create.Row! with { Status = status, Output = output, Failure = failure, UpdatedAt = Noon.AddMinutes(1) };
        return commit;
    }

    private static byte[] Encode(string word) => HistoryCodec.Encode(new Turn([HistoryEvent.Started(word)], Turn.NoActions, IsExecuted: true));
}
