using System.Net.Http.Json;
using Aurora.TestKit.Campaigns;
using Aurora.TestKit.Crashes;
using Xunit;
using Xunit.Abstractions;

namespace Aurora.EndToEndTests.Crashes;

/// <summary>
/// The app is cut off at its first commit, started again and cut off at its second, and so on until a life ends before its
/// commit comes; on either side of the commit. Whatever each life leaves is the next one's to finish.
/// </summary>
[Trait("Campaign", "CommitPoints")]
public sealed class CommitSequenceTests(AbandonedApps abandoned, ITestOutputHelper output) : IClassFixture<AbandonedApps>
{
    private const int Senders = 2;
    private const int StartUpCommits = 16;
    private const int MoreCommitsThanALifeHas = 150;

    // Behind its start a life repeats the same few kinds of commits; the full campaign visits each of them.
    private static readonly int Step = CampaignScale.IsFull ? 1 : 8;

    [Theory]
    [InlineData(CutMoment.Before)]
    [InlineData(CutMoment.After)]
    public async Task App_CutOffAtEachOfItsCommitsInTurn_CompletesEveryMessageOnce(CutMoment moment)
    {
        await using var scene = await CrashScene.CreateAsync(abandoned);
        var visited = new List<string>();
        var rounds = new List<int>();
        var accepted = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var number = 1; ; number += number < StartUpCommits ? 1 : Step)
        {
            Assert.True(number < MoreCommitsThanALifeHas, "A life does not come to its end.");
            var seen = 0;
            var life = await scene.StartAsync(proxy => proxy.CutAt(moment, _ => ++seen == number));
            await PostAsync(life, accepted, number);
            rounds.Add(number);
            if (!await IsCutAsync(scene, life))
            {
                scene.Abandon(life);
                break;
            }

            visited.Add((await life.Proxy.Cut).ToString());
            scene.Abandon(life);
        }

        var last = await scene.StartAsync();
        foreach (var round in rounds)
        {
            await PostAsync(last, accepted, round);
        }

        await scene.SettlesAsync();
        await scene.AssertOnceAndInOrderAsync();
        Assert.Equal(accepted.Count, accepted.Values.Distinct().Count());
        Assert.Equal(accepted.Count, await scene.CountAsync("mhc_decisions"));
        await last.EndAsync();
        foreach (var point in visited.CountBy(static name => name).OrderByDescending(static point => point.Value))
        {
            output.WriteLine(FormattableString.Invariant($"{point.Value,3} {moment} {point.Key}"));
        }
    }

    /// <summary>Two messages of each sender under keys of their own; what is answered is accepted.</summary>
    private static async Task PostAsync(AppLife life, Dictionary<string, string> accepted, int round)
    {
        if (!life.HasStarted)
        {
            return;
        }

        await Task.WhenAll(Enumerable.Range(0, Senders).Select(async sender =>
        {
            for (var ordinal = 0; ordinal < 2; ordinal++)
            {
                var key = FormattableString.Invariant($"{round}-{sender}-{ordinal}");
                if (await TryPostAsync(life, sender, key) is not { } id)
                {
                    return;
                }

                lock (accepted)
                {
                    Assert.Equal(id, accepted.GetValueOrDefault(key, id));
                    accepted[key] = id;
                }
            }
        }));
    }

    private static async Task<string?> TryPostAsync(AppLife life, int sender, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/ingest/message", UriKind.Relative));
        request.Headers.Add("Idempotency-Key", key);
        request.Content = JsonContent.Create(new { source = "whatsapp", sender_id = FormattableString.Invariant($"55110000{sender}"), content = $"Olá {key}" });
        try
        {
            using var answer = await life.App.Client.SendAsync(request);
            return answer.IsSuccessStatusCode
                ? (await answer.Content.ReadFromJsonAsync<System.Text.Json.JsonElement>()).GetProperty("outbox_id").GetString()
                : null;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    /// <summary>Waits for the cut, or for the end of all work without one.</summary>
    private static async Task<bool> IsCutAsync(CrashScene scene, AppLife life)
    {
        await scene.SettlesAsync(() => life.Proxy.IsCut);
        return life.Proxy.IsCut;
    }
}
