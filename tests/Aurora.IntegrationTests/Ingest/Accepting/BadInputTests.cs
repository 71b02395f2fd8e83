using System.Globalization;
using System.Text;
using Aurora.Functions.Channels.Accounts;
using FsCheck.Fluent;
using Xunit;

namespace Aurora.IntegrationTests.Ingest.Accepting;

/// <summary>Whatever comes in, the answer is a documented status, nothing of it is stored, and good neighbours go through.</summary>
public sealed class BadInputTests : IngestTests
{
    public static TheoryData<string> Corpus() =>
    [
        "", " ", "{", "}", "[", "]", "null", "true", "1", "\"x\"", "[1,2]", "{\"a\"}", "{'a':1}", "{\"sender_id\":\"1\",\"content\":\"x\"",
        "{\"sender_id\":\"1\",\"content\":\"\\u0000\"}",
        "{\"sender_id\":\"1\",\"content\":\"\\ud800\"}",
        "{\"sender_id\":\"1\",\"content\":\"x\",\"metadata\":{\"k\":\"\\u0000\"}}",
        "{\"sender_id\":\"1\",\"content\":\"x\",\"metadata\":{\"\\udfff\":1}}",
        "{\"sender_id\":\"1\",\"content\":\"x\",\"metadata\":{\"k\":1e200000}}",
        "{\"sender_id\":\"1\",\"content\":\"x\",\"metadata\":{\"k\":-1e-20000}}",
        "{\"sender_id\":\"1\",\"content\":\"x\",\"metadata\":[]}",
        "{\"sender_id\":1,\"content\":2}",
        "{\"sender_id\":{},\"content\":[]}",
        "{\"sender_id\":\"\",\"content\":\"x\"}",
        "{\"sender_id\":\"1\",\"content\":\"x\",\"source\":\"\"}",
        "{\"sender_id\":\"1\",\"content\":\"\\x\"}",
        "{\"sender_id\":\"1\",\"content\":\"\\u12\"}",
        "{\"sender_id\":\"1\",\"content\":\"a\nb\"}",
        "\u0000", "\ufeff\ufeff{}", "<xml/>", "sender_id=1&content=x",
    ];

    [Theory]
    [MemberData(nameof(Corpus))]
    public async Task Post_BadBody_Is422AndStoresNothing(string body)
    {
        var answer = await Stack.PostAsync(body);

        Assert.Equal(422, answer.Status);
        Assert.Equal("invalid_content", answer["code"]);
        Assert.True(answer.Json.GetProperty("errors").GetArrayLength() > 0);
        Assert.Equal(0, await Database.ScalarAsync<long>("SELECT count(*) FROM crm_ingest_events"));
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/xml")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("")]
    public async Task Post_NotJsonByItsType_Is415(string type) =>
        Assert.Equal(415, (await Stack.PostAsync("""{"sender_id":"1","content":"x"}""", contentType: type)).Status);

    [Theory]
    [InlineData("application/json; charset=UTF-8")]
    [InlineData("Application/JSON")]
    [InlineData("application/vnd.aurora+json")]
    public async Task Post_JsonByItsType_IsAccepted(string type) =>
        Assert.Equal(200, (await Stack.PostAsync("""{"sender_id":"1","content":"x"}""", contentType: type)).Status);

    [Fact]
    public async Task Post_BodyOfTenMegabytes_Is413() =>
        Assert.Equal(413, (await Stack.PostAsync(new byte[10 * 1024 * 1024])).Status);

    [Fact]
    public async Task Post_LargestBody_IsAccepted()
    {
        var body = $$"""{"sender_id":"1","content":"{{new string('x', (1024 * 1024) - 32)}}"}""";

        Assert.Equal(200, (await Stack.PostAsync(body)).Status);
        Assert.Equal(413, (await Stack.PostAsync(body + "   ")).Status);
    }

    [Fact]
    public async Task Post_NumbersAtTheEdgeOfJsonb_AreJudgedAsPostgresDoes()
    {
        string[] numbers =
        [
            "1e131071", "1e131072", "9.99e131071", "0.1e131072", "0.00001e131076", "1e-16383", "1e-16384", "0e-16384", "0e999999",
            "1.5e-16382", "1.5e-16383", "123456789e131063", "123456789e131064", "-0", "-0.0", "1E+2", "0.0000e5", "1e1073741822",
            "1e1073741823", "1e-1073741823", "0e1073741823", "1e99999999999999999999",
        ];

        foreach (var number in numbers)
        {
            var answer = await Stack.PostAsync($$$"""{"sender_id":"1","content":"x","metadata":{"n":{{{number}}}}}""");
            Assert.Equal((number, await PostgresTakesAsync(number) ? 200 : 422), (number, answer.Status));
        }
    }

    [Fact]
    public async Task Post_AnyDamage_IsAnsweredAndHurtsNoNeighbour()
    {
        const string Good = """{"source":"web","sender_id":"good","content":"x😀\ud83d\ude00","metadata":{"a":[1,2.5e3,{"b":null}],"c":"\u00e7"}}""";
        var bytes = Encoding.UTF8.GetBytes(Good);
        var damaged =
            from place in Gen.Choose(0, bytes.Length - 1)
            from length in Gen.Choose(0, 6)
            from inserted in Gen.ArrayOf(Gen.Choose(0, 255), length)
            select (byte[])[.. bytes[..place], .. inserted.Select(i => (byte)i), .. bytes[Math.Min(bytes.Length, place + length)..]];
        var bodies = damaged.Sample(400, 50).ToArray();

        var answers = await Task.WhenAll(bodies.Select((body, i) => Task.Run(async () =>
        {
            var neighbour = Stack.PostAsync(Good.Replace("good", "good-" + (i % 7), StringComparison.Ordinal));
            var answer = await Stack.PostAsync(body);
            Assert.Equal(200, (await neighbour).Status);
            return answer.Status;
        })));

        Assert.All(answers, status => Assert.Contains(status, new[] { 200, 422 }));
        Assert.Equal(
            bodies.Length + answers.Count(status => status == 200),
            await Database.ScalarAsync<long>("SELECT count(*) FROM crm_event_outbox"));
    }

    [Fact]
    public async Task Post_RowTheDatabaseRefuses_FailsAloneInASharedBatch()
    {
        await Database.ExecuteAsync(
            "ALTER TABLE crm_ingest_events ADD CONSTRAINT poison CHECK (content <> 'poison')");

        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(() =>
            Stack.SayAsync("web", "s-" + (i % 5), i % 20 == 0 ? "poison" : "fine"))));

        Assert.Equal(10, answers.Count(a => a.Status == 500));
        Assert.Equal(190, answers.Count(a => a.Status == 200));
        Assert.Equal(190, await Database.ScalarAsync<long>("SELECT count(*) FROM crm_event_outbox"));
    }

    [Fact]
    public async Task Post_ContentThatJsonbRefusesLate_Is422()
    {
        // Past the validation on purpose: what the database says about content is an answer, not a fault of ours.
        await Database.ExecuteAsync(
            """
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '22003'; END $$;
            CREATE TRIGGER refuse BEFORE INSERT ON crm_ingest_events FOR EACH ROW EXECUTE FUNCTION refuse();
            """);

        var answer = await Stack.SayAsync("web", "s", "x");

        Assert.Equal(422, answer.Status);
    }

    [Fact]
    public async Task Webhook_AnyDamageUnderAValidSignature_IsAnswered()
    {
        await IngestStack.AddAccountAsync(Database);
        var bodies = TestKit.SamplePayloads.Of("whatsapp_cloud", "inbound").Select(s => s.Bytes).ToArray();
        var damaged =
            from body in Gen.Elements(bodies)
            from place in Gen.Choose(0, body.Length - 1)
            from length in Gen.Choose(0, 8)
            from inserted in Gen.ArrayOf(Gen.Choose(0, 255), length)
            select (byte[])[.. body[..place], .. inserted.Select(i => (byte)i), .. body[Math.Min(body.Length, place + length)..]];

        var answers = await Task.WhenAll(damaged.Sample(300, 50).Select(body => Task.Run(() => Stack.DeliverAsync(
            body, IngestStack.Sign(body, DemoAccount.AppSecret), null))));

        Assert.All(answers, a => Assert.Contains(a.Status, new[] { 200, 422 }));
    }

    [Fact]
    public async Task Webhook_FourMegabytes_Is413() =>
        Assert.Equal(413, (await Stack.DeliverAsync(new byte[4 * 1024 * 1024], "sha256=00", null)).Status);

    private async Task<bool> PostgresTakesAsync(string number)
    {
        try
        {
            await Database.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"SELECT '{{\"n\":{number}}}'::jsonb"));
            return true;
        }
        catch (Npgsql.PostgresException)
        {
            return false;
        }
    }
}
