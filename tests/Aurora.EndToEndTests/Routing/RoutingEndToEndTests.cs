using System.Net.Http.Json;
using System.Text.Json;
using Aurora.TestKit;
using Aurora.TestKit.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Aurora.EndToEndTests.Routing;

public sealed class RoutingEndToEndTests : IAsyncLifetime
{
    private readonly CapturedLogs _logs = new();
    private AuroraTestHost _app = null!;

    public async Task InitializeAsync() => _app = await AuroraTestHost.StartAsync(options =>
        options.After = app =>
        {
            app.Services.AddSingleton<ILoggerProvider>(_logs);
            app.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Debug).AddFilter("Aurora", LogLevel.Debug));
        });

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        _logs.Dispose();
    }

    [Fact]
    public async Task AC6_3_Post_OneMessage_AnswersFourIdsThatLeadToRows()
    {
        var answer = await PostAsync("5511900000009", "Olá");

        Assert.Equal(1L, await _app.Database.ScalarAsync<long>(
            """
            SELECT count(*) FROM crm_ingest_events e
            JOIN crm_contacts c ON c.id = e.contact_id
            JOIN crm_event_outbox o ON o.payload ->> 'ingest_event_id' = e.id
            WHERE e.id = $1 AND c.id = $2 AND o.id = $3 AND o.trace_id = $4
            """,
            answer.GetProperty("event_id").GetString(),
            answer.GetProperty("contact_id").GetString(),
            answer.GetProperty("outbox_id").GetString(),
            answer.GetProperty("trace_id").GetString()));
    }

    [Fact]
    public async Task AC6_4_Posts_Sixty_AllCompletedInTheFirstAttempt()
    {
        var posts = Enumerable.Range(0, 60).Select(i => PostAsync($"55119000000{i % 20:D2}", $"Olá {i}"));

        await Task.WhenAll(posts);

        await CompletedAsync(60);
        Assert.Equal(60L, await _app.Database.ScalarAsync<long>(
            "SELECT count(*) FROM crm_event_outbox WHERE status = 'COMPLETED' AND attempts = 1 AND processed_at IS NOT NULL"));
        Assert.Equal(60L, await _app.Database.ScalarAsync<long>("SELECT count(*) FROM mhc_decisions WHERE decision = 'PROCEED'"));
        Assert.Equal(0L, await _app.Database.ScalarAsync<long>("SELECT count(*) FROM outbox_keys"));
    }

    [Fact]
    public async Task AC6_8_Post_OneMessage_CarriesOneTraceThroughRowsAndLogs()
    {
        var answer = await PostAsync("5511900000001", "Olá");
        var trace = answer.GetProperty("trace_id").GetString()!;

        await CompletedAsync(1);

        Assert.Equal(trace, await _app.Database.ScalarAsync<string>(
            "SELECT trace_id FROM crm_event_outbox WHERE id = $1", answer.GetProperty("outbox_id").GetString()));
        Assert.Equal(trace, await _app.Database.ScalarAsync<string>(
            "SELECT trace_id FROM mhc_decisions WHERE event_id = $1", answer.GetProperty("event_id").GetString()));
        await Eventually.BecomesTrueAsync(() => Saying(1305, trace) == 1, "the end of the run is logged");
        Assert.Equal(1, Saying(1300, trace));
        Assert.Equal(2, Saying(1301, trace));
        Assert.Equal(2, Saying(1302, trace));
        Assert.DoesNotContain(_logs.Lines, l => l.Message.Contains("5511900000001", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AC7_5_Post_ATextThatBlocks_IsCompletedWithItsDelta()
    {
        var answer = await PostAsync("5511900000002", "vou reclamar no PROCON");

        await CompletedAsync(1);

        Assert.Equal("BLOCK -50", await _app.Database.ScalarAsync<string>(
            "SELECT decision || ' ' || safety_score_delta FROM mhc_decisions WHERE outbox_id = $1",
            answer.GetProperty("outbox_id").GetString()));
        var trace = answer.GetProperty("trace_id").GetString()!;
        await Eventually.BecomesTrueAsync(() => Saying(1306, trace) == 1, "the block is logged");
        Assert.Contains(_logs.Lines, l => l is { EventId: 1304, Level: LogLevel.Warning });
    }

    [Fact]
    public async Task Posts_OfOneSender_AreDecidedInTheOrderOfTheirAcceptance()
    {
        for (var i = 0; i < 20; i++)
        {
            await PostAsync("5511900000003", $"{i}");
        }

        await CompletedAsync(20);

        Assert.Equal(
            Enumerable.Range(0, 20).Select(i => $"{i}"),
            await _app.Database.ColumnAsync<string>(
                "SELECT o.payload ->> 'raw_content' FROM mhc_decisions d JOIN crm_event_outbox o ON o.id = d.outbox_id ORDER BY d.decided_at, o.created_at"));
    }

    private async Task<JsonElement> PostAsync(string sender, string content)
    {
        using var response = await _app.Client.PostAsJsonAsync(
            new Uri("/ingest/message", UriKind.Relative), new { source = "whatsapp", sender_id = sender, content });
        Assert.Equal(200, (int)response.StatusCode);
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private int Saying(int eventId, string trace) =>
        _logs.Lines.Count(l => l.EventId == eventId && l.Message.Contains(trace, StringComparison.Ordinal));

    private Task CompletedAsync(long count) => Eventually.BecomesTrueAsync(
        async () => await _app.Database.ScalarAsync<long>("SELECT count(*) FROM crm_event_outbox WHERE status = 'COMPLETED'") == count,
        $"{count} rows are COMPLETED",
        TimeSpan.FromSeconds(30));
}
