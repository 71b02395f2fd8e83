using System.Text.Json;
using Npgsql;
using Xunit;

namespace Aurora.IntegrationTests.Ingest;

/// <summary>The acceptance criteria of OS 005, and those of OS 006 and 007 that accepting must hold; named after them.</summary>
public sealed class IngestAcceptanceTests : IngestTests
{
    private const string Os004Body = """{"source":"whatsapp","sender_id":"5511999999999","content":"Olá","metadata":{}}""";

    [Fact]
    public async Task AC5_1_PostedMessage_IsPersistedAsSent()
    {
        var answer = await Stack.PostAsync("""{"source":"Web","sender_id":" s-1 ","content":" Olá 😀 ","metadata":{"a":[1,{"b":null}]}}""");

        await using var connection = new NpgsqlConnection(Database.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            "SELECT id, source, sender_id, content, metadata::text, contact_id, status, created_at FROM crm_ingest_events", connection);
        await using var reader = await command.ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync());
        Assert.Equal(8, reader.FieldCount);
        Assert.Equal(answer["event_id"], reader.GetString(0));
        Assert.Equal("web", reader.GetString(1));
        Assert.Equal("s-1", reader.GetString(2));
        Assert.Equal(" Olá 😀 ", reader.GetString(3));
        Assert.Equal("""{"a": [1, {"b": null}]}""", reader.GetString(4));
        Assert.Equal(answer["contact_id"], reader.GetString(5));
        Assert.Equal("LINKED", reader.GetString(6));
        Assert.InRange(DateTime.UtcNow - reader.GetDateTime(7), TimeSpan.FromMinutes(-1), TimeSpan.FromMinutes(1));
        Assert.False(await reader.ReadAsync());
    }

    [Theory]
    [InlineData("whatsapp", "5511988887777", "5511988887777")]
    [InlineData("email", "Ana@Example.Test", "ana@EXAMPLE.test")]
    [InlineData("telegram", "user-1", "user-1")]
    public async Task AC5_2_ContactResolved_OnceForOneSender(string source, string first, string second)
    {
        var one = await Stack.SayAsync(source, first, "a");
        var two = await Stack.SayAsync(source, second, "b");

        Assert.Equal(one["contact_id"], two["contact_id"]);
        Assert.Equal(1, await CountAsync("crm_contacts"));
    }

    [Fact]
    public async Task AC5_2_ContactResolved_PerSourceForOneSenderId()
    {
        var one = await Stack.SayAsync("telegram", "same", "a");
        var two = await Stack.SayAsync("web", "same", "b");

        Assert.NotEqual(one["contact_id"], two["contact_id"]);
    }

    [Theory]
    [InlineData("whatsapp", 12)]
    [InlineData("email", 12)]
    [InlineData("telegram", 12)]
    [InlineData("whatsapp", 200)]
    [InlineData("email", 200)]
    [InlineData("telegram", 200)]
    public async Task AC5_2_ContactResolved_ForSimultaneousFirstMessages(string source, int messages)
    {
        var stacks = OpenStacks(4, o => o.AcceptLanes = 2);

        var answers = await Task.WhenAll(Enumerable.Range(0, messages)
            .Select(i => Task.Run(() => stacks[i % 4].SayAsync(source, "first@example.test", "m" + i))));

        Assert.All(answers, a => Assert.Equal(200, a.Status));
        Assert.Single(answers.Select(a => a["contact_id"]).Distinct());
        Assert.Equal(1, await CountAsync("crm_contacts"));
        Assert.Equal(messages, await CountAsync("crm_ingest_events"));
        Assert.Equal(messages, await CountAsync("crm_event_outbox"));
    }

    [Fact]
    public async Task AC5_4_Migrations_AppliedToAnEmptyDatabase_AndAgain()
    {
        await MigrationAssert.AppliesAsync(os004Only: false);
    }

    [Fact]
    public async Task AC5_4_Migrations_AppliedToADatabaseWithOs004Only()
    {
        await MigrationAssert.AppliesAsync(os004Only: true);
    }

    [Fact]
    public async Task AC5_6_Os004Tables_AreUnchanged()
    {
        Assert.Equal(MigrationAssert.Contacts, await MigrationAssert.ColumnsAsync(Database, "crm_contacts"));
        Assert.Equal(MigrationAssert.Deals, await MigrationAssert.ColumnsAsync(Database, "crm_deals"));
    }

    [Fact]
    public async Task AC5_6_Os004SampleBody_Answers200AndMakesNoDeal()
    {
        var answer = await Stack.PostAsync(Os004Body);

        Assert.Equal(200, answer.Status);
        Assert.Equal("persisted", answer["status"]);
        Assert.Equal(0, await CountAsync("crm_deals"));
    }

    [Theory]
    [InlineData("whatsapp")]
    [InlineData("telegram")]
    public async Task AC5_7_ContactFailure_KeepsTheEventAsError(string source)
    {
        await FailOnInsertAsync("crm_contacts");

        var answer = await Stack.SayAsync(source, "s", "x");

        Assert.Equal(500, answer.Status);
        Assert.Equal("contact_not_resolved", answer["code"]);
        Assert.Equal(answer["event_id"], await Database.ScalarAsync<string>(
            "SELECT id FROM crm_ingest_events WHERE status = 'ERROR' AND contact_id IS NULL"));
        Assert.Equal(0, await CountAsync("crm_contacts"));
        Assert.Equal(0, await CountAsync("crm_event_outbox"));
        Assert.Equal(0, await CountAsync("outbox_keys"));
    }

    [Fact]
    public async Task AC5_7_ErrorEvent_IsNoEvidenceOfIdentity()
    {
        await FailOnInsertAsync("crm_contacts");
        await Stack.SayAsync("telegram", "s", "x");
        await Database.ExecuteAsync("DROP TRIGGER fail ON crm_contacts");

        var answer = await Stack.SayAsync("telegram", "s", "y");

        Assert.Equal(200, answer.Status);
        Assert.Equal(1, await CountAsync("crm_contacts"));
    }

    [Fact]
    public async Task AC5_8_RandomPosts_NeverDuplicateAnIdentity()
    {
        var random = new Random(20260103);
        var posts = Enumerable.Range(0, 200).Select(_ => random.Next(20)).ToArray();
        var stacks = OpenStacks(8);

        await Task.WhenAll(stacks.Select((stack, client) => Task.Run(async () =>
        {
            for (var i = client; i < posts.Length; i += stacks.Length)
            {
                var source = (posts[i] % 3) switch { 0 => "whatsapp", 1 => "email", _ => "discord" };
                var answer = await stack.SayAsync(source, "sender-" + posts[i], "m");
                Assert.Equal(200, answer.Status);
            }
        })));

        Assert.Equal(posts.Distinct().Count(), await CountAsync("crm_contacts"));
        Assert.Equal(200, await CountAsync("crm_ingest_events"));
    }

    [Fact]
    public async Task AC6_2_FaultAtEmit_LeavesNothing()
    {
        await FailOnInsertAsync("crm_event_outbox");

        var answer = await Stack.PostAsync(Os004Body);

        Assert.Equal(500, answer.Status);
        Assert.Equal("internal_error", answer["code"]);
        Assert.Equal(0, await CountAsync("crm_ingest_events"));
        Assert.Equal(0, await CountAsync("crm_contacts"));
        Assert.Equal(0, await CountAsync("crm_event_outbox"));
        Assert.Equal(0, await CountAsync("outbox_keys"));
    }

    [Fact]
    public async Task AC6_2_FaultAtTheCommitItself_IsAnError()
    {
        await Database.ExecuteAsync(
            """
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'at commit'; END $$;
            CREATE CONSTRAINT TRIGGER late AFTER INSERT ON crm_event_outbox DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION refuse();
            """);

        var answer = await Stack.PostAsync(Os004Body);

        Assert.Equal(500, answer.Status);
        Assert.Equal(0, await CountAsync("crm_ingest_events"));
    }

    [Fact]
    public async Task AC6_2_BeforeTheCommit_NobodySeesAnyOfTheThreeRows()
    {
        await Database.ExecuteAsync(
            """
            CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN PERFORM pg_advisory_xact_lock(4711); RETURN NULL; END $$;
            CREATE CONSTRAINT TRIGGER hold AFTER INSERT ON crm_event_outbox DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION hold();
            """);
        await using var holder = await Database.DataSource.OpenConnectionAsync();
        await ExecuteAsync(holder, "SELECT pg_advisory_lock(4711)");

        var posting = Stack.PostAsync(Os004Body);
        await TestKit.Eventually.BecomesTrueAsync(
            async () => await Database.ScalarAsync<long>(
                """
                SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
                WHERE l.locktype = 'advisory' AND NOT l.granted AND d.datname = current_database()
                """) == 1,
            "the commit waits for the lock");
        Assert.Equal((0, 0, 0), await ThreeCountsAsync());
        Assert.False(posting.IsCompleted);
        await ExecuteAsync(holder, "SELECT pg_advisory_unlock(4711)");
        var answer = await posting;

        Assert.Equal(200, answer.Status);
        Assert.Equal((1, 1, 1), await ThreeCountsAsync());
    }

    [Fact]
    public async Task AC7_8_EmittedPayload_HasTheSevenKeysAndIntactNumbers()
    {
        var answer = await Stack.PostAsync(
            """{"sender_id":"5511","content":"a😀é","metadata":{"price":1.10,"big":12345678901234567890123,"huge":1E400}}""");

        var text = await Database.ScalarAsync<string>("SELECT payload::text FROM crm_event_outbox WHERE id = $1", answer["outbox_id"]);
        var payload = JsonDocument.Parse(text!).RootElement;
        Assert.Equal(
            ["contact_id", "content_len", "ingest_event_id", "metadata", "raw_content", "sender_id", "source"],
            payload.EnumerateObject().Select(p => p.Name).Order());
        Assert.Equal(answer["event_id"], payload.GetProperty("ingest_event_id").GetString());
        Assert.Equal(answer["contact_id"], payload.GetProperty("contact_id").GetString());
        Assert.Equal("a😀é", payload.GetProperty("raw_content").GetString());
        Assert.Equal(3, payload.GetProperty("content_len").GetInt32());
        Assert.Equal("1.10", payload.GetProperty("metadata").GetProperty("price").GetRawText());
        Assert.Equal("12345678901234567890123", payload.GetProperty("metadata").GetProperty("big").GetRawText());
        Assert.Equal(401, payload.GetProperty("metadata").GetProperty("huge").GetRawText().Length);
        Assert.Equal(answer["trace_id"], await Database.ScalarAsync<string>(
            "SELECT trace_id FROM crm_event_outbox WHERE event_type = 'INGEST_RECEIVED' AND status = 'PENDING' AND attempts = 0"));
    }

    private async Task<(int Events, int Contacts, int Outbox)> ThreeCountsAsync() =>
        (await CountAsync("crm_ingest_events"), await CountAsync("crm_contacts"), await CountAsync("crm_event_outbox"));

    private Task<int> FailOnInsertAsync(string table) => Database.ExecuteAsync(
        $$"""
        CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'forced'; END $$;
        CREATE TRIGGER fail BEFORE INSERT ON {{table}} FOR EACH ROW EXECUTE FUNCTION fail();
        """);

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
