using Aurora.TestKit.Time;
using Xunit;

namespace Aurora.IntegrationTests.Ingest.Purging;

public sealed class IngestPurgeTests : IngestTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly ManualTimeProvider _time = new(Start);

    [Fact]
    public async Task Run_OldKeysAndWords_GoAndTheEventsStay()
    {
        await using var stack = new IngestStack(Database, time: _time, configure: o => o.PurgeBatch = 2);
        for (var i = 0; i < 5; i++)
        {
            await stack.PostAsync($$$"""{"source":"web","sender_id":"s-{{{i}}}","content":"said","metadata":{"a":1}}""", "key-" + i);
        }

        _time.Advance(TimeSpan.FromDays(300));
        await stack.PostAsync("""{"source":"web","sender_id":"new","content":"kept"}""", "key-new");
        _time.Advance(TimeSpan.FromDays(66));
        await stack.Purge.RunAsync(CancellationToken.None);

        Assert.Equal(0, await Database.ScalarAsync<long>("SELECT count(*) FROM ingest_inbox"));
        Assert.Equal(["kept"], await Database.ColumnAsync<string>("SELECT content FROM crm_ingest_events WHERE content <> '' OR metadata <> '{}'"));
        Assert.Equal(6, await Database.ScalarAsync<long>("SELECT count(*) FROM crm_ingest_events WHERE status = 'LINKED'"));
        Assert.Equal(
            ["content 5", "inbox 6"], await Database.ColumnAsync<string>("SELECT what || ' ' || rows FROM ingest_purges ORDER BY 1"));
    }

    [Fact]
    public async Task Run_OldRecordsOfPurges_GoAsWell()
    {
        await using var stack = new IngestStack(Database, time: _time);
        await stack.PostAsync("""{"sender_id":"1","content":"said"}""", "key");
        _time.Advance(TimeSpan.FromDays(31));
        await stack.Purge.RunAsync(CancellationToken.None);
        Assert.Equal(["inbox"], await Database.ColumnAsync<string>("SELECT what FROM ingest_purges"));

        _time.Advance(TimeSpan.FromDays(1096));
        await stack.Purge.RunAsync(CancellationToken.None);

        Assert.Equal(["content"], await Database.ColumnAsync<string>("SELECT what FROM ingest_purges"));
    }

    [Fact]
    public async Task Run_NothingOld_LeavesEverythingAndWritesNoRecord()
    {
        await using var stack = new IngestStack(Database, time: _time);
        await stack.PostAsync("""{"sender_id":"1","content":"said"}""", "key");

        await stack.Purge.RunAsync(CancellationToken.None);

        Assert.Equal(1, await Database.ScalarAsync<long>("SELECT count(*) FROM ingest_inbox"));
        Assert.Equal("said", await Database.ScalarAsync<string>("SELECT content FROM crm_ingest_events"));
        Assert.Equal(0, await Database.ScalarAsync<long>("SELECT count(*) FROM ingest_purges"));
    }

    [Fact]
    public async Task Run_IsBounded_AndGoesOnNextTime()
    {
        await using var stack = new IngestStack(Database, time: _time, configure: o =>
        {
            o.PurgeBatch = 1;
            o.PurgeMaxBatches = 2;
        });
        for (var i = 0; i < 3; i++)
        {
            await stack.PostAsync("""{"sender_id":"1","content":"said"}""", "key-" + i);
        }

        _time.Advance(TimeSpan.FromDays(400));
        await stack.Purge.RunAsync(CancellationToken.None);
        Assert.Equal(1, await Database.ScalarAsync<long>("SELECT count(*) FROM ingest_inbox"));
        await stack.Purge.RunAsync(CancellationToken.None);

        Assert.Equal(0, await Database.ScalarAsync<long>("SELECT count(*) FROM ingest_inbox"));
        Assert.Equal(0, await Database.ScalarAsync<long>("SELECT count(*) FROM crm_ingest_events WHERE content <> ''"));
    }

    [Fact]
    public async Task Run_RowHeldByAnother_IsSkipped()
    {
        await using var stack = new IngestStack(Database, time: _time);
        await stack.PostAsync("""{"sender_id":"1","content":"said"}""", "key-1");
        await stack.PostAsync("""{"sender_id":"1","content":"said"}""", "key-2");
        _time.Advance(TimeSpan.FromDays(40));
        await using var holder = await Database.DataSource.OpenConnectionAsync();
        await using var transaction = await holder.BeginTransactionAsync();
        await using var hold = new Npgsql.NpgsqlCommand("SELECT 1 FROM ingest_inbox WHERE event_id = 'key-1' FOR UPDATE", holder);
        await hold.ExecuteScalarAsync();

        await stack.Purge.RunAsync(CancellationToken.None);

        Assert.Equal(["key-1"], await Database.ColumnAsync<string>("SELECT event_id FROM ingest_inbox"));
    }
}
