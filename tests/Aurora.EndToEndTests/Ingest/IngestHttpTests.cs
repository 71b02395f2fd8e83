using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Aurora.TestKit;
using Aurora.TestKit.Hosting;
using Xunit;

namespace Aurora.EndToEndTests.Ingest;

/// <summary>The accepting road as callers meet it: over HTTP, in the running app.</summary>
public sealed class IngestHttpTests : IAsyncLifetime
{
    private const string Os004Body = """{"source":"whatsapp","sender_id":"5511999999999","content":"Olá","metadata":{}}""";
    private AuroraTestHost _app = null!;

    public async Task InitializeAsync() => _app = await AuroraTestHost.StartAsync(options => options.RunTimers = false);

    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task AC5_3_Answer_EqualsTheStoredRows()
    {
        var answer = await PostAsync(Os004Body);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal("persisted", answer.Json.GetProperty("status").GetString());
        Assert.Equal(Text(answer, "event_id"), await _app.Database.ScalarAsync<string>("SELECT id FROM crm_ingest_events"));
        Assert.Equal(Text(answer, "contact_id"), await _app.Database.ScalarAsync<string>("SELECT contact_id FROM crm_ingest_events"));
        Assert.Equal(Text(answer, "contact_id"), await _app.Database.ScalarAsync<string>("SELECT id FROM crm_contacts"));
    }

    [Fact]
    public async Task AC6_3_Answer_HasFourIdsThatResolve()
    {
        var answer = await PostAsync(Os004Body);

        Assert.Equal(
            ["contact_id", "event_id", "outbox_id", "status", "trace_id"], answer.Json.EnumerateObject().Select(p => p.Name).Order());
        Assert.Equal(1, await _app.Database.ScalarAsync<long>(
            """
            SELECT count(*) FROM crm_event_outbox o
            JOIN crm_ingest_events e ON e.id = o.payload ->> 'ingest_event_id'
            JOIN crm_contacts c ON c.id = e.contact_id
            WHERE o.id = $1 AND o.trace_id = $2 AND e.id = $3 AND c.id = $4
            """,
            Text(answer, "outbox_id"),
            Text(answer, "trace_id"),
            Text(answer, "event_id"),
            Text(answer, "contact_id")));
    }

    [Fact]
    public async Task Post_WithoutKey_Is401AndStoresNothing()
    {
        using var answer = await _app.AnonymousClient.PostAsync("/ingest/message", Json(Os004Body));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal(0, await EventsAsync());
    }

    [Theory]
    [InlineData("whatsapp")]
    [InlineData("email")]
    [InlineData("telegram")]
    public async Task Post_TwoHundredFirstMessagesAtOnce_MakeOneContact(string source)
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 200)
            .Select(i => PostAsync($$"""{"source":"{{source}}","sender_id":"same@example.test","content":"m{{i}}"}""")));

        Assert.All(answers, a => Assert.Equal(HttpStatusCode.OK, a.Status));
        Assert.Single(answers.Select(a => Text(a, "contact_id")).Distinct());
        Assert.Equal(1, await _app.Database.ScalarAsync<long>("SELECT count(*) FROM crm_contacts"));
        Assert.Equal(200, await _app.Database.ScalarAsync<long>("SELECT count(*) FROM crm_event_outbox"));
    }

    [Fact]
    public async Task Post_InvalidBody_IsAProblemWithFieldsAndNeverTheValue()
    {
        var answer = await PostAsync("""{"sender_id":123456789,"source":"  "}""");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Status);
        Assert.Equal("application/problem+json", answer.ContentType);
        Assert.Equal(
            ["content:required", "sender_id:not_string", "source:blank"],
            answer.Json.GetProperty("errors").EnumerateArray()
                .Select(e => e.GetProperty("path").GetString() + ":" + e.GetProperty("code").GetString()).Order());
        Assert.True(answer.Json.TryGetProperty("trace_id", out _));
        Assert.DoesNotContain("123456789", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Post_BodyOfTenMegabytes_Is413(bool isLengthAnnounced)
    {
        using var content = new StreamContent(new MemoryStream(new byte[10 * 1024 * 1024]));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/ingest/message") { Content = content };
        request.Headers.TransferEncodingChunked = !isLengthAnnounced;
        request.Headers.ExpectContinue = true;

        using var answer = await _app.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Equal(0, await EventsAsync());
    }

    [Fact]
    public async Task Post_OtherContentType_Is415()
    {
        using var answer = await _app.Client.PostAsync("/ingest/message", new StringContent(Os004Body, Encoding.UTF8, "text/plain"));

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
    }

    [Fact]
    public async Task Post_SlowAndBrokenBodies_HurtNoNeighbour()
    {
        using var slow = await OpenAsync(contentLength: 200, sent: "{");
        using (await OpenAsync(contentLength: 200, sent: "{\"sender_id\":"))
        {
            // Closed in the middle of its body.
        }

        var neighbours = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => PostAsync(Os004Body)));
        Assert.All(neighbours, a => Assert.Equal(HttpStatusCode.OK, a.Status));
        using var reader = new StreamReader(slow.GetStream());
        var status = await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20));

        Assert.StartsWith("HTTP/1.1 408", status, StringComparison.Ordinal);
        Assert.Equal(50, await EventsAsync());
    }

    [Fact]
    public async Task Webhook_SignedSample_IsStoredAndAWrongSignatureIsNot()
    {
        var sample = SamplePayloads.Get("whatsapp_cloud/message-text.json");

        var wrong = await DeliverAsync(sample, "sha256=" + new string('0', 64));
        var right = await DeliverAsync(sample, sample.Headers["X-Hub-Signature-256"]);
        var again = await DeliverAsync(sample, sample.Headers["X-Hub-Signature-256"]);

        Assert.Equal(
            (HttpStatusCode.Unauthorized, HttpStatusCode.OK, HttpStatusCode.OK), (wrong, right, again));
        Assert.Equal(1, await EventsAsync());
    }

    [Fact]
    public async Task Webhook_Handshake_AnswersTheBareChallenge()
    {
        using var right = await _app.AnonymousClient.GetAsync(
            "/webhooks/whatsapp?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=fake-verify-token");
        using var wrong = await _app.AnonymousClient.GetAsync(
            "/webhooks/whatsapp/800700600500400?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=other");

        Assert.Equal((HttpStatusCode.OK, "1158201444"), (right.StatusCode, await right.Content.ReadAsStringAsync()));
        Assert.Equal("text/plain", right.Content.Headers.ContentType!.MediaType);
        Assert.Equal((HttpStatusCode.Forbidden, ""), (wrong.StatusCode, await wrong.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task Webhook_UnknownChannel_Is404Problem()
    {
        using var answer = await _app.AnonymousClient.PostAsync("/webhooks/fax", Json("{}"));

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Webhook_OutsideDevelopment_KnowsNoDemoAccount()
    {
        await using var app = await AuroraTestHost.StartAsync(options =>
        {
            options.RunTimers = false;
            options.EnvironmentName = "Production";
        });

        using var answer = await app.AnonymousClient.GetAsync(
            "/webhooks/whatsapp?hub.mode=subscribe&hub.challenge=1&hub.verify_token=fake-verify-token");

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal(0, await app.Database.ScalarAsync<long>("SELECT count(*) FROM channel_accounts"));
    }

    private async Task<TcpClient> OpenAsync(int contentLength, string sent)
    {
        var address = _app.Client.BaseAddress!;
        var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port);
        var key = _app.Client.DefaultRequestHeaders.GetValues("x-functions-key").Single();
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /ingest/message HTTP/1.1\r\nHost: {address.Authority}\r\nx-functions-key: {key}\r\n"
            + $"Content-Type: application/json\r\nContent-Length: {contentLength}\r\n\r\n{sent}"));
        return client;
    }

    private async Task<HttpStatusCode> DeliverAsync(SamplePayload sample, string signature)
    {
        using var content = new ByteArrayContent(sample.Bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        content.Headers.Add("X-Hub-Signature-256", signature);
        using var answer = await _app.AnonymousClient.PostAsync("/webhooks/whatsapp", content);
        return answer.StatusCode;
    }

    private async Task<HttpAnswer> PostAsync(string body)
    {
        using var answer = await _app.Client.PostAsync("/ingest/message", Json(body));
        return new HttpAnswer(
            answer.StatusCode, await answer.Content.ReadAsStringAsync(), answer.Content.Headers.ContentType?.MediaType);
    }

    private Task<long> EventsAsync() => _app.Database.ScalarAsync<long>("SELECT count(*) FROM crm_ingest_events")!;

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    private static string Text(HttpAnswer answer, string field) => answer.Json.GetProperty(field).GetString()!;

    private sealed record HttpAnswer(HttpStatusCode Status, string Body, string? ContentType)
    {
        public JsonElement Json => JsonDocument.Parse(Body).RootElement;
    }
}
