using Xunit;

namespace Aurora.IntegrationTests.Ingest.Messages;

public sealed class IdempotencyTests : IngestTests
{
    private const string Body = """{"source":"web","sender_id":"s-1","content":"x"}""";

    [Fact]
    public async Task Post_SameKeyAndBody_GivesTheFirstAnswer()
    {
        var first = await Stack.PostAsync(Body, "key-1");
        var again = await Stack.PostAsync(Body, "key-1");

        Assert.Equal((200, 200), (first.Status, again.Status));
        Assert.Equal(first.Text, again.Text);
        Assert.Equal(1, await CountAsync("crm_ingest_events"));
        Assert.Equal(1, await CountAsync("crm_event_outbox"));
    }

    [Fact]
    public async Task Post_SameKeyOtherBody_Is409AndStoresNothing()
    {
        await Stack.PostAsync(Body, "key-1");

        var other = await Stack.PostAsync("""{"source":"web","sender_id":"s-2","content":"x"}""", "key-1");

        Assert.Equal(409, other.Status);
        Assert.Equal("idempotency_key_reused", other["code"]);
        Assert.Equal(1, await CountAsync("crm_ingest_events"));
        Assert.Equal(1, await CountAsync("crm_contacts"));
    }

    [Fact]
    public async Task Post_SameKeyManyTimesAtOnce_StoresOneAndAnswersItToAll()
    {
        var stacks = OpenStacks(4);

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(i =>
            Task.Run(() => stacks[i % 4].PostAsync(Body, "key-1"))));

        Assert.All(answers, a => Assert.Equal(200, a.Status));
        Assert.Single(answers.Select(a => a.Text).Distinct());
        Assert.Equal(1, await CountAsync("crm_ingest_events"));
        Assert.Equal(1, await CountAsync("crm_contacts"));
    }

    [Fact]
    public async Task Post_SameKeyOtherBodiesAtOnce_OneWinsTheOthersGet409()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() =>
            Stack.PostAsync($$"""{"source":"web","sender_id":"s-{{i}}","content":"x"}""", "key-1"))));

        Assert.Single(answers, a => a.Status == 200);
        Assert.Equal(19, answers.Count(a => a.Status == 409));
        Assert.Equal(1, await CountAsync("crm_contacts"));
    }

    [Fact]
    public async Task Post_WithoutKey_StoresEveryCall()
    {
        await Stack.PostAsync(Body);
        await Stack.PostAsync(Body);

        Assert.Equal(2, await CountAsync("crm_ingest_events"));
        Assert.Equal(0, await CountAsync("ingest_inbox"));
    }

    [Fact]
    public async Task Post_KeyOfAFailedCall_IsNotKept()
    {
        await Database.ExecuteAsync(
            """
            CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'forced'; END $$;
            CREATE TRIGGER fail BEFORE INSERT ON crm_contacts FOR EACH ROW EXECUTE FUNCTION fail();
            """);
        Assert.Equal(500, (await Stack.PostAsync(Body, "key-1")).Status);
        await Database.ExecuteAsync("DROP TRIGGER fail ON crm_contacts");

        var again = await Stack.PostAsync(Body, "key-1");

        Assert.Equal(200, again.Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("ação")]
    public async Task Post_KeyThatIsNone_Is422(string key)
    {
        var answer = await Stack.PostAsync(Body, key);

        Assert.Equal(422, answer.Status);
        Assert.Equal(0, await CountAsync("crm_ingest_events"));
    }

    [Fact]
    public async Task Post_KeyTooLong_Is422() => Assert.Equal(422, (await Stack.PostAsync(Body, new string('k', 201))).Status);
}
