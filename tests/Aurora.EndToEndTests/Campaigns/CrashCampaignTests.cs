using Aurora.TestKit.Campaigns;
using Xunit;
using Xunit.Abstractions;

namespace Aurora.EndToEndTests.Campaigns;

/// <summary>
/// Messages flow while something breaks, again and again; in the end every accepted message is COMPLETED exactly once, in the
/// order in which its sender's messages were accepted.
/// </summary>
[Trait("Campaign", "Crash")]
public sealed class CrashCampaignTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Starved = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task App_KilledAgainAndAgain_CompletesEveryAcceptedMessageOnce()
    {
        await using var campaign = await Campaign.StartAsync(CampaignScale.Current);

        var result = await campaign.RunAsync(static running => running.KillAppAsync());

        Report("kill -9 of the app", result);
    }

    [Fact]
    public async Task App_Terminated_DrainsAndExitsWithZero()
    {
        await using var campaign = await Campaign.StartAsync(CampaignScale.Current);
        var ends = new List<(int ExitCode, TimeSpan Took)>();

        var result = await campaign.RunAsync(async running => ends.Add(await running.TerminateAppAsync()));

        output.WriteLine($"drains: {string.Join(", ", ends.Select(end => FormattableString.Invariant($"{end.Took.TotalSeconds:0.0} s")))}");
        Assert.All(ends, end => Assert.Equal(0, end.ExitCode));
        Assert.All(ends, end => Assert.InRange(end.Took, TimeSpan.Zero, DrainLimit));
        Report("SIGTERM of the app", result);
    }

    [Fact]
    public async Task Postgres_StoppedImmediatelyAndRestarted_CompletesEveryAcceptedMessageOnce()
    {
        await using var campaign = await Campaign.StartAsync(CampaignScale.Current);

        var result = await campaign.RunAsync(static running => running.RestartServerAsync());

        Report("PostgreSQL stopped with -m immediate", result);
        Assert.False(campaign.App.HasExited, "The app must outlive its database:\n" + campaign.App.Output);
    }

    [Fact]
    public async Task Postgres_AllBackendsTerminated_CompletesEveryAcceptedMessageOnce()
    {
        await using var campaign = await Campaign.StartAsync(CampaignScale.Current);

        var result = await campaign.RunAsync(static async running =>
        {
            await running.Server.TerminateBackendsAsync();
            running.IsOut();
        });

        Report("all back-ends terminated", result);
        Assert.False(campaign.App.HasExited, "The app must outlive its connections:\n" + campaign.App.Output);
    }

    [Fact]
    public async Task Postgres_ConnectionsExhausted_CompletesEveryAcceptedMessageOnce()
    {
        await using var campaign = await Campaign.StartAsync(CampaignScale.Current, static server => server.LimitConnectionsAsync(plain: 60));
        var taken = new List<int>();
        var refusals = new List<int>();

        var result = await campaign.RunAsync(async running =>
        {
            taken.Add(await Nuisances.ExhaustConnectionsAsync(
                running.Server, running.ConnectionString, async () => refusals.Add(await running.CountRefusalsAsync(Starved))));
            running.IsOut();
        });

        output.WriteLine($"connections taken: {string.Join(", ", taken)}; refused meanwhile: {string.Join(", ", refusals)}");
        Assert.All(taken, static count => Assert.Equal(60, count));
        Report("connections exhausted", result);
        Assert.False(campaign.App.HasExited, "The app must outlive a full server:\n" + campaign.App.Output);
    }

    [Fact]
    public async Task Postgres_OldSnapshotHeldOpen_CompletesEveryAcceptedMessageOnce()
    {
        await using var campaign = await Campaign.StartAsync(CampaignScale.Current);
        await using var snapshot = await Nuisances.HoldSnapshotAsync(campaign.Server);

        var result = await campaign.RunAsync(static running => running.KillAppAsync());

        Report("kill -9 with an old snapshot held open", result);
    }

    private void Report(string campaign, CampaignResult result)
    {
        output.WriteLine(FormattableString.Invariant($"{campaign}: seed {CampaignScale.Seed}, {CampaignScale.Current}: {result}"));
        Assert.True(result.HeldEverything, $"{campaign}: seed {CampaignScale.Seed}: {result}");
    }
}
