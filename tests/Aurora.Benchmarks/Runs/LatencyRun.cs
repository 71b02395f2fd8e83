using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Aurora.Benchmarks.Reporting;
using Npgsql;

namespace Aurora.Benchmarks.Runs;

/// <summary>One message at a time on an idle hub: from the answer, and from the request, to the stored decision.</summary>
internal static class LatencyRun
{
    private const int WarmUp = 100;
    private const int Messages = 400;
    private const double TargetMilliseconds = 25;

    public static async Task<Report> RunAsync()
    {
        var report = new Report("latency: accept -> decision, idle");
        await using var server = await BenchmarkServer.StartAsync();
        await using var app = await server.StartAppAsync();
        using var client = new HttpClient { BaseAddress = app.Address };
        client.DefaultRequestHeaders.Add("x-functions-key", app.FunctionKey);
        await using var connection = await server.Database.OpenConnectionAsync();
        await using var look = new NpgsqlCommand("SELECT 1 FROM mhc_decisions WHERE outbox_id = $1", connection);
        look.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        await look.PrepareAsync();

        var answers = new List<double>();
        var decisions = new List<double>();
        var whole = new List<double>();
        for (var message = 0; message < WarmUp + Messages; message++)
        {
            var begun = Stopwatch.GetTimestamp();
            var outboxId = await PostAsync(client, message);
            var answered = Stopwatch.GetTimestamp();
            look.Parameters[0].Value = outboxId;
            while (await look.ExecuteScalarAsync() is null)
            {
                await Task.Yield();
            }

            var decided = Stopwatch.GetTimestamp();
            if (message >= WarmUp)
            {
                answers.Add(Stopwatch.GetElapsedTime(begun, answered).TotalMilliseconds);
                decisions.Add(Stopwatch.GetElapsedTime(answered, decided).TotalMilliseconds);
                whole.Add(Stopwatch.GetElapsedTime(begun, decided).TotalMilliseconds);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5 + (message % 40)));
        }

        Add(report, "request -> answer (p50 / p99 / max)", answers, target: false);
        Add(report, "answer -> decision (p50 / p99 / max)", decisions, target: true);
        Add(report, "request -> decision (p50 / p99 / max)", whole, target: true);
        return report;
    }

    private static void Add(Report report, string what, List<double> times, bool target)
    {
        var p50 = Statistics.Median(times);
        report.Add(
            what,
            FormattableString.Invariant($"{p50:0.0} / {Statistics.Percentile(times, 0.99):0.0} / {times.Max():0.0} ms"),
            target: target ? "p50 < 25 ms" : "",
            met: target ? p50 < TargetMilliseconds : null);
    }

    private static async Task<string> PostAsync(HttpClient client, int message)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(
            $$$"""{"source":"whatsapp","sender_id":"5577{{{message:000000}}}","content":"Olá","metadata":{}}"""));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var answer = await client.PostAsync("/ingest/message", content);
        answer.EnsureSuccessStatusCode();
        using var body = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync());
        return body.RootElement.GetProperty("outbox_id").GetString()!;
    }
}
