using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Aurora.TestKit;
using Aurora.TestKit.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Aurora.EndToEndTests.Operations;

/// <summary>What an operator asks the running app, and what its answers and logs never tell.</summary>
public sealed class OperationsTests : IAsyncLifetime
{
    private const string Sender = "5511987650321";
    private const string Content = "segredo do paciente";
    private readonly RecordingLoggerProvider _logs = new();
    private AuroraTestHost _app = null!;

    public async Task InitializeAsync() => _app = await AuroraTestHost.StartAsync(options => options.After = builder =>
    {
        builder.Services.AddSingleton<ILoggerProvider>(_logs);
        builder.Services.Configure<LoggerFilterOptions>(filters => filters.MinLevel = LogLevel.Debug);
    });

    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Theory]
    [InlineData("Olá", "PROCEED", 0)]
    [InlineData("vou ao PROCON", "BLOCK", -50)]
    public async Task Trace_DecidedMessage_TellsTheWholeStory(string content, string decision, int delta)
    {
        var accepted = await IngestAsync(content);

        var story = await DecidedTraceAsync(accepted);

        Assert.Equal(accepted.GetProperty("event_id").GetString(), story.GetProperty("event").GetProperty("id").GetString());
        Assert.Equal(accepted.GetProperty("contact_id").GetString(), story.GetProperty("contact").GetProperty("id").GetString());
        var row = Assert.Single(story.GetProperty("outbox").EnumerateArray());
        Assert.Equal("COMPLETED", row.GetProperty("status").GetString());
        Assert.Equal(1, row.GetProperty("attempts").GetInt32());
        Assert.Equal($"route-{row.GetProperty("id").GetString()}-1", story.GetProperty("orchestration").GetProperty("instance_id").GetString());
        Assert.Equal(decision, story.GetProperty("decision").GetProperty("decision").GetString());
        Assert.Equal(delta, story.GetProperty("decision").GetProperty("safety_score_delta").GetInt32());
        Assert.Equal(JsonValueKind.Null, story.GetProperty("waits_because").ValueKind);
    }

    [Fact]
    public async Task Trace_Unknown_Is404()
    {
        using var answer = await _app.Client.GetAsync($"/ops/trace/{Guid.CreateVersion7()}");

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("trace_not_found", await CodeAsync(answer));
    }

    [Fact]
    public async Task Trace_NoUuid_Is422()
    {
        using var answer = await _app.Client.GetAsync("/ops/trace/drop-table");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
    }

    [Theory]
    [InlineData("/ops/trace/0197a3a0-0000-7000-8000-000000000000")]
    [InlineData("/ops/outbox")]
    public async Task Ops_WithoutKey_Is401(string path)
    {
        using var answer = await _app.AnonymousClient.GetAsync(path);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/health/ready")]
    public async Task Health_RunningApp_IsOkWithoutKey(string path)
    {
        var answer = await _app.AnonymousClient.GetFromJsonAsync<JsonElement>(path);

        Assert.Equal("ok", answer.GetProperty("status").GetString());
    }

    [Theory]
    [InlineData("?limit=0")]
    [InlineData("?limit=501")]
    [InlineData("?limit=x")]
    [InlineData("?cursor=x")]
    public async Task Outbox_BadPage_Is422(string query)
    {
        using var answer = await _app.Client.GetAsync("/ops/outbox" + query);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
    }

    [Fact]
    public async Task Outbox_DeadRows_ArePagedNewestFirst()
    {
        await DeadRowsAsync(3);

        var first = await _app.Client.GetFromJsonAsync<JsonElement>("/ops/outbox?limit=2");
        var second = await _app.Client.GetFromJsonAsync<JsonElement>($"/ops/outbox?limit=2&cursor={first.GetProperty("next").GetString()}");

        Assert.Equal(3, first.GetProperty("counts").GetProperty("dead").GetInt64());
        Assert.Equal(["dead-3", "dead-2"], first.GetProperty("dead").EnumerateArray().Select(r => r.GetProperty("id").GetString()));
        Assert.Equal(["dead-1"], second.GetProperty("dead").EnumerateArray().Select(r => r.GetProperty("id").GetString()));
        Assert.Equal(JsonValueKind.Null, second.GetProperty("next").ValueKind);
    }

    [Fact]
    public async Task Retry_DeadRow_IsTakenUpAgainWithItsAttempts()
    {
        var accepted = await IngestAsync(Content);
        await DecidedTraceAsync(accepted);
        var id = accepted.GetProperty("outbox_id").GetString()!;
        await _app.Database.ExecuteAsync("DELETE FROM mhc_decisions");
        await _app.Database.ExecuteAsync(
            "UPDATE crm_event_outbox SET status = 'FAILED', attempts = 10, dead_at = next_retry_at, processed_at = NULL WHERE id = $1", id);

        using var answer = await _app.Client.PostAsync($"/ops/outbox/{id}/retry", null);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var story = await DecidedTraceAsync(accepted);
        Assert.Equal(11, story.GetProperty("outbox")[0].GetProperty("attempts").GetInt32());
    }

    [Fact]
    public async Task Retry_UnknownOrFinishedRow_IsRefused()
    {
        var accepted = await IngestAsync(Content);
        await DecidedTraceAsync(accepted);

        using var unknown = await _app.Client.PostAsync("/ops/outbox/nothing/retry", null);
        using var finished = await _app.Client.PostAsync($"/ops/outbox/{accepted.GetProperty("outbox_id").GetString()}/retry", null);

        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, finished.StatusCode);
    }

    [Fact]
    public async Task Message_FromAcceptToDecision_LeavesNoPersonalDataInLogsOrAnswers()
    {
        var accepted = await IngestAsync(Content + " cancelar");
        var story = await DecidedTraceAsync(accepted);
        using var rejected = await _app.Client.PostAsync(
            "/ingest/message", new StringContent($$"""{"sender_id":"{{Sender}}","content":7}""", Encoding.UTF8, "application/json"));

        var told = string.Join('\n', _logs.Lines) + story.GetRawText() + await rejected.Content.ReadAsStringAsync();

        Assert.Contains(accepted.GetProperty("trace_id").GetString()!, string.Join('\n', _logs.Lines), StringComparison.Ordinal);
        Assert.DoesNotContain(Sender, told, StringComparison.Ordinal);
        Assert.DoesNotContain(Content, told, StringComparison.Ordinal);
    }

    private static async Task<string?> CodeAsync(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString();

    private async Task<JsonElement> IngestAsync(string content)
    {
        var body = JsonSerializer.Serialize(new { source = "whatsapp", sender_id = Sender, content, metadata = new { } });
        using var answer = await _app.Client.PostAsync("/ingest/message", new StringContent(body, Encoding.UTF8, "application/json"));
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private async Task<JsonElement> DecidedTraceAsync(JsonElement accepted)
    {
        var story = default(JsonElement);
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                story = await _app.Client.GetFromJsonAsync<JsonElement>($"/ops/trace/{accepted.GetProperty("trace_id").GetString()}");
                return story.GetProperty("decision").ValueKind == JsonValueKind.Object
                    && story.GetProperty("orchestration").GetProperty("status").GetString() == "Completed";
            },
            "the message is decided");
        return story;
    }

    private async Task DeadRowsAsync(int count)
    {
        for (var i = 1; i <= count; i++)
        {
            await _app.Database.ExecuteAsync(
                """
                INSERT INTO crm_event_outbox (id, event_type, payload, status, attempts, trace_id, created_at, next_retry_at, dead_at)
                SELECT 'dead-' || $1, 'INGEST_RECEIVED', '{}', 'FAILED', 10, 'trace', t.at, t.at, t.at + $1 * interval '1 second'
                FROM (SELECT timestamptz '2026-01-01 12:00:00Z' AS at) t
                """,
                i);
        }
    }

    private sealed class RecordingLoggerProvider : ILoggerProvider, ISupportExternalScope
    {
        private IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();

        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => new RecordingLogger(this);

        public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

        public void Dispose()
        {
        }

        private sealed class RecordingLogger(RecordingLoggerProvider owner) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => owner._scopes.Push(state);

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(
                LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            {
                var line = new StringBuilder(formatter(state, exception)).Append(exception);
                owner._scopes.ForEachScope((scope, text) => text.Append(' ').Append(scope), line);
                owner.Lines.Enqueue(line.ToString());
            }
        }
    }
}
