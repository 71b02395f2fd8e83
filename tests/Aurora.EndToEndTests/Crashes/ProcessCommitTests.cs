using System.Net.Http.Json;
using System.Text.Json;
using Aurora.TestKit;
using Aurora.TestKit.Crashes;
using Aurora.TestKit.Postgres;
using Aurora.TestKit.Processes;
using Xunit;

namespace Aurora.EndToEndTests.Crashes;

/// <summary>The built app as a process, ended with SIGKILL while one chosen commit is on its way or on its way back.</summary>
[Trait("Campaign", "CommitPoints")]
public sealed class ProcessCommitTests
{
    private const string Accept = "AcceptSql.EventsOfKeyed";
    private const int Messages = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly Dictionary<string, string> Settings = new() { ["CRM_OUTBOX_POLL_INTERVAL"] = "1" };

    [Theory]
    [InlineData(Accept, CutMoment.Before)]
    [InlineData(Accept, CutMoment.After)]
    [InlineData("PostgresOutboxStore.ClaimSql", CutMoment.After)]
    [InlineData("INSERT INTO aurora_local.instances", CutMoment.After)]
    [InlineData("DecisionStore.RecordSql", CutMoment.Before)]
    [InlineData("DecisionStore.RecordSql", CutMoment.After)]
    public async Task App_KilledAtACommit_TheNextCompletesEveryMessageOnce(string statement, CutMoment moment)
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var proxy = CommitProxy.Start(database.ConnectionString);
        using var client = new HttpClient();
        await using (var app = await BuiltApp.StartAsync(proxy.ConnectionString, Settings))
        {
            var hasAccepted = false;
            proxy.OnCut = app.KillAsync;
            proxy.CutAt(moment, commit => (hasAccepted |= commit.Has(Accept)) && commit.Has(statement));
            await TryPostAllAsync(client, app);
            await proxy.Cut.WaitAsync(Patience);
            Assert.True(app.HasExited);
        }

        await using var next = await BuiltApp.StartAsync(database.ConnectionString, Settings);
        Assert.Equal(Messages, await TryPostAllAsync(client, next));

        await Eventually.BecomesAsync(
            () => database.ScalarAsync<long>("SELECT count(*) FROM mhc_decisions d JOIN crm_event_outbox o ON o.id = d.outbox_id WHERE o.status = 'COMPLETED'"),
            static count => count == Messages,
            "every message is decided",
            Patience);
        Assert.Equal(Messages, await database.ScalarAsync<long>("SELECT count(*) FROM crm_event_outbox"));
        Assert.Equal(Messages, await database.ScalarAsync<long>("SELECT count(*) FROM crm_ingest_events"));
        Assert.Equal(
            await database.ColumnAsync<string>("SELECT id FROM crm_event_outbox ORDER BY created_at"),
            await database.ColumnAsync<string>("SELECT outbox_id FROM mhc_decisions ORDER BY decided_at"));
    }

    /// <summary>One sender's messages, each after an answer to the one before; answers how many were accepted.</summary>
    private static async Task<int> TryPostAllAsync(HttpClient client, BuiltApp app)
    {
        for (var ordinal = 0; ordinal < Messages; ordinal++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(app.Address, "/ingest/message"));
            request.Headers.Add("x-functions-key", app.FunctionKey);
            request.Headers.Add("Idempotency-Key", FormattableString.Invariant($"key-{ordinal}"));
            request.Content = JsonContent.Create(new { source = "whatsapp", sender_id = "551199", content = $"Olá {ordinal}" });
            try
            {
                using var answer = await client.SendAsync(request);
                await answer.Content.ReadFromJsonAsync<JsonElement>();
                answer.EnsureSuccessStatusCode();
            }
            catch (Exception broken) when (broken is HttpRequestException or IOException or JsonException)
            {
                return ordinal;
            }
        }

        return Messages;
    }
}
