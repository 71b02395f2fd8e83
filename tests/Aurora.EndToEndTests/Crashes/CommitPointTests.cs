using Aurora.TestKit.Crashes;
using Xunit;
using Xunit.Abstractions;

namespace Aurora.EndToEndTests.Crashes;

/// <summary>
/// The app is cut off right before and right after each commit of the outbox and the router; the app that is started next
/// finds every row and finishes it, once and in order.
/// </summary>
[Trait("Campaign", "CommitPoints")]
public sealed class CommitPointTests(AbandonedApps abandoned, ITestOutputHelper output) : IClassFixture<AbandonedApps>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static TheoryData<string> Names => [.. CommitPoint.All.Select(static point => point.Name)];

    [Fact]
    public void Points_HoldEveryWritingStatementOfOutboxAndRouter()
    {
        var visited = CommitPoint.All.Select(static point => point.Statement).Append("PostgresOutboxStore.TakeLockSql").ToHashSet(StringComparer.Ordinal);

        Assert.Subset(visited, SqlNames.WritesOf("Outbox").Concat(SqlNames.WritesOf("Routing")).ToHashSet(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task App_CutOffAtACommit_TheNextFinishesEveryRowOnce(string name)
    {
        var point = CommitPoint.All.Single(candidate => candidate.Name == name);
        var seen = await Task.WhenAll(VisitAsync(point, CutMoment.Before), VisitAsync(point, CutMoment.After));

        output.WriteLine(string.Join('\n', seen));
    }

    /// <summary>Visits a commit on one side of it; answers what it was.</summary>
    private async Task<string> VisitAsync(CommitPoint point, CutMoment moment)
    {
        await using var scene = await CrashScene.CreateAsync(abandoned);
        await point.PrepareAsync(scene);
        var life = await scene.StartAsync(proxy => proxy.CutAt(moment, commit => commit.Has(point.Statement)));
        await TryActAsync(point, life, scene);
        var commit = await life.Proxy.Cut.WaitAsync(Patience);
        scene.Abandon(life);
        point.Heal?.Invoke(scene);

        var next = await scene.StartAsync();
        if (point.ActAsync is { } act)
        {
            await act(next.App, scene);
        }

        await scene.ReviveDeadAsync(next.App);
        await scene.SettlesInAHurryAsync();
        await scene.AssertOnceAndInOrderAsync();
        await next.EndAsync();
        return $"{moment} {commit}";
    }

    private static async Task TryActAsync(CommitPoint point, AppLife life, CrashScene scene)
    {
        try
        {
            if (point.ActAsync is { } act && life.HasStarted)
            {
                await act(life.App, scene);
            }
        }
        catch (Exception) when (life.Proxy.IsCut)
        {
            // Cut off under its caller, who will repeat.
        }
    }
}
