using Aurora.TestKit.Postgres;
using Xunit;

namespace Aurora.IntegrationTests.Ingest.Messages;

public sealed class IdempotencyTests : IAsyncLifetime
{
    private const string Body = """{"source":"web","sender_id":"s-1","content":"x"}""";
    private TestDatabase _database = null!;
    private IngestStack _stack = null!;

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _stack = new IngestStack(_database);
    }

    public async Task DisposeAsync()
    {
        await _stack.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Post_SameKeyAndBody_GivesTheFirstAnswer()
    {
        var first = await _stack.PostAsync(Body, "key-1");
        var again = await _stack.PostAsync(Body, "key-1");

        Assert.Equal((200, 200), (first.Status, again.Status));
        Assert.Equal(first.Text, again.Text);
        Assert.Equal(1, await CountAsync("crm_ingest_events"));
        Assert.Equal(1, await CountAsync("crm_event_outbox"));
    }

    [Fact]
    public async Task Post_SameKeyOtherBody_Is409AndStoresNothing()
    {
        await _stack.PostAsync(Body, "key-1");

        var other = await _stack.PostAsync("""{"source":"web","sender_id":"s-2","content":"x"}""", "key-1");

        Assert.Equal(409, other.Status);
        Assert.Equal("idempotency_key_reused", other["code"]);
        Assert.Equal(1, await CountAsync("crm_ingest_events"));
        Assert.Equal(1, await CountAsync("crm_contacts"));
    }

    [Fact]
    public async Task Post_SameKeyManyTimesAtOnce_StoresOneAndAnswersItToAll()
    {
        var stacks = Enumerable.Range(0, 4).Select(_ => new IngestStack(_database)).ToArray();

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(i =>
            Task.Run(() => stacks[i % 4].PostAsync(Body, "key-1"))));

        Assert.All(answers, a => Assert.Equal(200, a.Status));
        Assert.Single(answers.Select(a => a.Text).Distinct());
        Assert.Equal(1, await CountAsync("crm_ingest_events"));
        Assert.Equal(1, await CountAsync("crm_contacts"));
        foreach (var stack in stacks)
        {
            await stack.DisposeAsync();
        }
    }

    [Fact]
    public async Task Post_SameKeyOtherBodiesAtOnce_OneWinsTheOthersGet409()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() =>
            _stack.PostAsync($$"""{"source":"web","sender_id":"s-{{i}}","content":"x"}""", "key-1"))));

        Assert.Single(answers, a => a.Status == 200);
        Assert.Equal(19, answers.Count(a => a.Status == 409));
        Assert.Equal(1, await CountAsync("crm_contacts"));
    }

    [Fact]
    public async Task Post_WithoutKey_StoresEveryCall()
    {
        await _stack.PostAsync(Body);
        await _stack.PostAsync(Body);

        Assert.Equal(2, await CountAsync("crm_ingest_events"));
        Assert.Equal(0, await CountAsync("ingest_inbox"));
    }

    [Fact]
    public async Task Post_KeyOfAFailedCall_IsNotKept()
    {
        await _database.ExecuteAsync(
            """
            CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'forced'; END $$;
            CREATE TRIGGER fail BEFORE INSERT ON crm_contacts FOR EACH ROW EXECUTE FUNCTION fail();
            """);
        Assert.Equal(500, (await _stack.PostAsync(Body, "key-1")).Status);
        await _database.ExecuteAsync("DROP TRIGGER fail ON crm_contacts");

        var again = await _stack.PostAsync(Body, "key-1");

        Assert.Equal(200, again.Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("ação")]
    public async Task Post_KeyThatIsNone_Is422(string key)
    {
        var answer = await _stack.PostAsync(Body, key);

        Assert.Equal(422, answer.Status);
        Assert.Equal(0, await CountAsync("crm_ingest_events"));
    }

    [Fact]
    public async Task Post_KeyTooLong_Is422() => Assert.Equal(422, (await _stack.PostAsync(Body, new string('k', 201))).Status);

    private async Task<int> CountAsync(string table) =>
        (int)await _database.ScalarAsync<long>($"SELECT count(*) FROM {table}");
}
