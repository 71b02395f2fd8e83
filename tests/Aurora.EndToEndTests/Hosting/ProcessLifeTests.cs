using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aurora.TestKit;
using Aurora.TestKit.Postgres;
using Aurora.TestKit.Processes;
using Xunit;

namespace Aurora.EndToEndTests.Hosting;

/// <summary>The life of the built app from its first line to its last.</summary>
public sealed class ProcessLifeTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>
{
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Sigterm_WhileRequestsRun_AnswersThemAndEndsWithZero()
    {
        await using var app = await BuiltApp.StartAsync(fixture.Database.ConnectionString);
        using var client = new HttpClient { BaseAddress = app.Address };
        client.DefaultRequestHeaders.Add("x-functions-key", app.FunctionKey);
        using var stopped = new CancellationTokenSource();
        var senders = Enumerable.Range(0, 8).Select(sender => SendUntilRefusedAsync(client, sender, stopped.Token)).ToList();
        await Eventually.BecomesTrueAsync(
            async () => await fixture.Database.ScalarAsync<long>("SELECT count(*) FROM crm_ingest_events") > 50, "messages flow");

        var asked = Stopwatch.GetTimestamp();
        await app.SendTermAsync();
        var exitCode = await app.WaitForExitAsync(DrainLimit);
        await stopped.CancelAsync();
        var accepted = (await Task.WhenAll(senders)).Sum();

        Assert.Equal(0, exitCode);
        Assert.True(Stopwatch.GetElapsedTime(asked) < DrainLimit);
        Assert.Equal(accepted, await fixture.Database.ScalarAsync<long>(
            "SELECT count(*) FROM crm_ingest_events WHERE sender_id LIKE 'drain-%'"));
    }

    [Fact]
    public async Task CurlLine_Pasted_StoresAMessage()
    {
        await using var app = await BuiltApp.StartAsync(fixture.Database.ConnectionString);
        var line = app.Output.Split('\n').Single(l => l.TrimStart().StartsWith("curl ", StringComparison.Ordinal));

        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", line])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            WorkingDirectory = Path.GetTempPath(),
        })!;
        var answer = await shell.StandardOutput.ReadToEndAsync();
        await shell.WaitForExitAsync();

        Assert.Equal("persisted", JsonDocument.Parse(answer).RootElement.GetProperty("status").GetString());
    }

    /// <summary>Posts until the app is gone, and counts the answers 200: each of them is a promise.</summary>
    private static async Task<long> SendUntilRefusedAsync(HttpClient client, int sender, CancellationToken stopped)
    {
        var accepted = 0L;
        while (!stopped.IsCancellationRequested)
        {
            try
            {
                using var response = await client.PostAsJsonAsync(
                    "/ingest/message",
                    new { source = "whatsapp", sender_id = $"drain-{sender}", content = "hello", metadata = new { } },
                    CancellationToken.None);
                if (response.StatusCode == HttpStatusCode.OK)
                {
                    accepted++;
                }
            }
            catch (HttpRequestException)
            {
                return accepted;
            }
        }

        return accepted;
    }
}
