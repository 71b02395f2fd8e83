using Aurora.Functions.Channels;
using Aurora.TestKit;
using Npgsql;
using Xunit;

namespace Aurora.IntegrationTests.Ingest.Webhooks;

public sealed class WebhookTests : IngestTests
{
    public static TheoryData<string> Samples() => [.. SamplePayloads.Of("whatsapp_cloud", "inbound").Select(s => s.File)];

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        await IngestStack.AddAccountAsync(Database);
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task Deliver_Sample_StoresItsItemsOnce(string file)
    {
        var expected = SamplePayloads.Get(file).Expected.EnumerateArray()
            .Select(e => (Kind: e.GetProperty("kind").GetString()!, Id: e.GetProperty("eventId").GetString()!, IsGroup: e.TryGetProperty("isGroup", out _)))
            .ToArray();

        var first = await Stack.DeliverAsync(file);
        var again = await Stack.DeliverAsync(file);

        Assert.Equal((200, 200), (first.Status, again.Status));
        var kept = await Database.ColumnAsync<string>(
            "SELECT kind || ' ' || event_id FROM ingest_inbox WHERE kind <> 'MessageFailed' ORDER BY 1");
        Assert.Equal(expected.Select(e => $"{e.Kind} {e.Id}").Order(StringComparer.Ordinal), kept.Order(StringComparer.Ordinal));
        var messages = expected.Count(e => e is { Kind: "MessageReceived", IsGroup: false });
        Assert.Equal(messages, await CountAsync("crm_ingest_events"));
        Assert.Equal(messages, await CountAsync("crm_event_outbox"));
        Assert.Equal(Math.Min(1, messages), await CountAsync("crm_contacts"));
    }

    [Fact]
    public async Task Deliver_TextMessage_IsACrmEventOfTheCanonicalSender()
    {
        await Stack.DeliverAsync("whatsapp_cloud/message-text.json");

        Assert.Equal(
            ["whatsapp|5511988887777|Olá, quero marcar um horário amanhã às 10h|LINKED"],
            await Database.ColumnAsync<string>("SELECT concat_ws('|', source, sender_id, content, status) FROM crm_ingest_events"));
        Assert.Equal("5511988887777", await Database.ScalarAsync<string>("SELECT whatsapp_id FROM crm_contacts"));
        Assert.Equal(
            "demo|whatsapp|800700600500400|5511988887777",
            await Database.ScalarAsync<string>("SELECT partition_key FROM crm_event_outbox"));
        Assert.Equal(
            await Database.ScalarAsync<string>("SELECT trace_id FROM crm_event_outbox"),
            await Database.ScalarAsync<string>("SELECT correlation_id FROM ingest_inbox"));
        Assert.Equal(
            await Database.ScalarAsync<string>("SELECT id FROM crm_ingest_events"),
            await Database.ScalarAsync<string>("SELECT target_id FROM ingest_inbox"));
        Assert.Equal(
            ["BR.20000000000000000001 5511988887777", "5511988887777 5511988887777"],
            await Database.ColumnAsync<string>("SELECT alias || ' ' || canonical_id FROM channel_identities ORDER BY alias DESC"));
        Assert.Equal("wamid.FAKETXT001", await Database.ScalarAsync<string>("SELECT metadata ->> 'message_id' FROM crm_ingest_events"));
    }

    [Fact]
    public async Task Deliver_SeenFirstByUserIdOnly_KeepsThatIdLater()
    {
        await Stack.DeliverAsync("whatsapp_cloud/message-text-username-only.json");
        await Stack.DeliverAsync("whatsapp_cloud/message-text.json");
        await Stack.DeliverSignedAsync(Message("wamid.3", "+55 11 98888-7777", null));

        Assert.Equal(1, await CountAsync("crm_contacts"));
        Assert.Equal("BR.20000000000000000001", await Database.ScalarAsync<string>("SELECT whatsapp_id FROM crm_contacts"));
        Assert.Equal(3, await CountAsync("crm_ingest_events"));
        Assert.Equal(1, await CountAsync("outbox_keys"));
    }

    [Fact]
    public async Task Deliver_TwoIdsThatTurnOutToBeOnePerson_LeadToTheOlder()
    {
        await Stack.DeliverSignedAsync(Message("wamid.1", "5511988887777", null));
        await Stack.DeliverSignedAsync(Message("wamid.2", null, "BR.1"));
        await Stack.DeliverSignedAsync(Message("wamid.3", "5511988887777", "BR.1"));
        await Stack.DeliverSignedAsync(Message("wamid.4", null, "BR.1"));

        Assert.Equal(
            ["5511988887777", "BR.1", "5511988887777", "5511988887777"],
            await Database.ColumnAsync<string>("SELECT sender_id FROM crm_ingest_events ORDER BY created_at"));
    }

    [Fact]
    public async Task Deliver_FirstMessagesByBothIdsAtOnce_MakeOneContact()
    {
        var stacks = OpenStacks(4);

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => Task.Run(() => stacks[i % 4].DeliverSignedAsync(
            Message("wamid." + i, "5511988887777", "BR.1")))));

        Assert.All(answers, a => Assert.Equal(200, a.Status));
        Assert.Equal(1, await CountAsync("crm_contacts"));
        Assert.Equal(100, await CountAsync("crm_event_outbox"));
        Assert.Equal(1, await Database.ScalarAsync<long>("SELECT count(DISTINCT canonical_id) FROM channel_identities"));
    }

    [Fact]
    public async Task Deliver_TheSameCallManyTimesAtOnce_StoresItOnce()
    {
        var stacks = OpenStacks(4);

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(i =>
            Task.Run(() => stacks[i % 4].DeliverAsync("whatsapp_cloud/batch-mixed.json"))));

        Assert.All(answers, a => Assert.Equal(200, a.Status));
        Assert.Equal(2, await CountAsync("crm_ingest_events"));
        Assert.Equal(3, await CountAsync("ingest_inbox"));
    }

    [Fact]
    public async Task Deliver_ThousandMessagesInOneCall_KeepsTheirOrder()
    {
        var messages = string.Join(',', Enumerable.Range(0, 1000).Select(i => Text("wamid." + i, "5511988887777", null, "m" + i)));

        var answer = await Stack.DeliverSignedAsync(Call("800700600500400", messages));

        Assert.Equal(200, answer.Status);
        Assert.Equal(
            Enumerable.Range(0, 1000).Select(i => "m" + i),
            await Database.ColumnAsync<string>("SELECT payload ->> 'raw_content' FROM crm_event_outbox ORDER BY created_at"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("sha256=00")]
    [InlineData("sha256=117a6fdf35efd4075b33d5c1d9cf400e72fef65fab40b00882091e5e2ba5986e")]
    public async Task Deliver_WrongSignature_Is401AndStoresNothing(string? signature)
    {
        var answer = await Stack.DeliverAsync(SamplePayloads.Get("whatsapp_cloud/message-text.json").Bytes, signature, null);

        Assert.Equal(401, answer.Status);
        Assert.Equal("bad_signature", answer["code"]);
        Assert.Equal(0, await CountAsync("ingest_inbox"));
        Assert.Equal(0, await CountAsync("crm_ingest_events"));
    }

    [Fact]
    public async Task Deliver_ToAnUnknownAccountInThePath_Is401() =>
        Assert.Equal(401, (await Stack.DeliverAsync("whatsapp_cloud/message-text.json", account: "1")).Status);

    [Fact]
    public async Task Deliver_ToAnUnknownChannel_Is404() =>
        Assert.Equal(404, (await Stack.DeliverAsync([], null, null, channel: "fax")).Status);

    [Fact]
    public async Task Deliver_AnotherAppsNumber_IsNotStored()
    {
        await IngestStack.AddAccountAsync(Database, account: "900", tenant: "other", secret: "other-app");

        var answer = await Stack.DeliverSignedAsync(Call("900", Text("wamid.1", "5511988887777", null, "oi")));
        var own = await Stack.DeliverSignedAsync(Call("900", Text("wamid.1", "5511988887777", null, "oi")), "fake-app-secret-0002");

        Assert.Equal((200, 200), (answer.Status, own.Status));
        Assert.Equal(["other"], await Database.ColumnAsync<string>("SELECT tenant_id FROM ingest_inbox"));
    }

    [Fact]
    public async Task Deliver_AccountNotConfigured_Is200AndNotStored()
    {
        var answer = await Stack.DeliverSignedAsync(Call("1", Text("wamid.1", "5511988887777", null, "oi")));

        Assert.Equal(200, answer.Status);
        Assert.Equal(0, await CountAsync("ingest_inbox"));
    }

    [Theory]
    [InlineData("groups")]
    [InlineData("warmer")]
    public async Task Deliver_AccountWithAnotherPurpose_NeverReachesTheCrm(string purpose)
    {
        await IngestStack.AddAccountAsync(Database, account: "700", purpose: purpose);

        await Stack.DeliverSignedAsync(Call("700", Text("wamid.1", "5511988887777", null, "oi")));

        Assert.Equal("oi", await Database.ScalarAsync<string>("SELECT detail ->> 'text' FROM ingest_inbox"));
        Assert.Equal(0, await CountAsync("crm_ingest_events"));
        Assert.Equal(0, await CountAsync("crm_contacts"));
    }

    [Fact]
    public async Task Deliver_GroupMessageWithASink_IsStoredByTheSinkInTheSameTransaction()
    {
        await Database.ExecuteAsync("CREATE TABLE groups_seen (event_id varchar PRIMARY KEY, correlation_id uuid)");
        await using var stack = new IngestStack(Database, [new GroupSink()]);

        await stack.DeliverAsync("whatsapp_cloud/message-group-text.json");
        await stack.DeliverAsync("whatsapp_cloud/message-group-text.json");

        Assert.Equal(
            ["wac:800700600500400:m:wamid.FAKEGRP001"], await Database.ColumnAsync<string>("SELECT event_id FROM groups_seen"));
        Assert.Equal(1, await Database.ScalarAsync<long>(
            "SELECT count(*) FROM groups_seen g JOIN ingest_inbox i ON i.correlation_id = g.correlation_id::text"));
    }

    [Fact]
    public async Task Deliver_SinkThatFails_KeepsNothingAndIsDeliveredAgain()
    {
        await using var stack = new IngestStack(Database, [new GroupSink()]);

        var answer = await stack.DeliverAsync("whatsapp_cloud/message-group-text.json");

        Assert.Equal(500, answer.Status);
        Assert.Equal(0, await CountAsync("ingest_inbox"));
    }

    [Fact]
    public async Task Deliver_ContactFailure_KeepsErrorAndNoKey_SoTheRedeliveryWorks()
    {
        await Database.ExecuteAsync(
            """
            CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'forced'; END $$;
            CREATE TRIGGER fail BEFORE INSERT ON crm_contacts FOR EACH ROW EXECUTE FUNCTION fail();
            """);
        var failed = await Stack.DeliverAsync("whatsapp_cloud/batch-mixed.json");
        Assert.Equal(500, failed.Status);
        Assert.Equal(["MessageDelivered"], await Database.ColumnAsync<string>("SELECT kind FROM ingest_inbox"));
        Assert.Equal(["ERROR", "ERROR"], await Database.ColumnAsync<string>("SELECT status FROM crm_ingest_events"));
        await Database.ExecuteAsync("DROP TRIGGER fail ON crm_contacts");

        var again = await Stack.DeliverAsync("whatsapp_cloud/batch-mixed.json");

        Assert.Equal(200, again.Status);
        Assert.Equal(2, await CountAsync("crm_event_outbox"));
        Assert.Equal(3, await CountAsync("ingest_inbox"));
    }

    [Theory]
    [InlineData("?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=fake-verify-token", null, 200, "1158201444")]
    [InlineData("?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=fake-verify-token", "800700600500400", 200, "1158201444")]
    [InlineData("?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=fake-verify-token", "1", 403, "")]
    [InlineData("?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=other", null, 403, "")]
    [InlineData("?hub.mode=subscribe&hub.challenge=1158201444", null, 403, "")]
    [InlineData("?hub.mode=unsubscribe&hub.challenge=1158201444&hub.verify_token=fake-verify-token", null, 403, "")]
    [InlineData("?hub.mode=subscribe&hub.verify_token=fake-verify-token", null, 403, "")]
    [InlineData("", null, 403, "")]
    public async Task Handshake_AnswersTheChallengeToTheRightTokenOnly(string query, string? account, int status, string body)
    {
        var answer = await Stack.HandshakeAsync(query, account);

        Assert.Equal((status, body), (answer.Status, answer.Text));
    }

    [Fact]
    public async Task Handshake_AccountDisabled_IsRefused()
    {
        await Database.ExecuteAsync("UPDATE channel_accounts SET disabled_at = now()");

        var answer = await Stack.HandshakeAsync("?hub.mode=subscribe&hub.challenge=1&hub.verify_token=fake-verify-token");

        Assert.Equal(403, answer.Status);
    }

    private static string Message(string id, string? phone, string? userId) =>
        Call("800700600500400", Text(id, phone, userId, "oi"));

    private static string Text(string id, string? phone, string? userId, string text)
    {
        var from = phone is null ? "" : $"\"from\":\"{phone}\",";
        var user = userId is null ? "" : $"\"from_user_id\":\"{userId}\",";
        return $$$"""{{{{from}}}{{{user}}}"id":"{{{id}}}","timestamp":"1767268800","type":"text","text":{"body":"{{{text}}}"}}""";
    }

    private static string Call(string account, string messages) =>
        $$$"""
        {"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{
            "metadata":{"phone_number_id":"{{{account}}}"},"messages":[{{{messages}}}]}}]}]}
        """;

    private sealed class GroupSink : IInboundSink
    {
        public string Name => "groups";

        public bool Takes(InboundItem item, ChannelAccount account) => item.IsGroup;

        public async Task StoreAsync(
            NpgsqlConnection connection,
            NpgsqlTransaction transaction,
            IReadOnlyList<AcceptedItem> items,
            CancellationToken cancellation)
        {
            foreach (var item in items)
            {
                await using var command = new NpgsqlCommand("INSERT INTO groups_seen VALUES ($1, $2)", connection, transaction);
                command.Parameters.AddWithValue(item.Item.EventId);
                command.Parameters.AddWithValue(item.CorrelationId);
                await command.ExecuteNonQueryAsync(cancellation);
            }
        }
    }
}
