using Aurora.TestKit.Durable.Patterns;
using Xunit;

namespace Aurora.Functions.Tests.LocalRuntime.Durable.Patterns;

/// <summary>What tells a replayed step from a kept one.</summary>
public sealed class ReplayTests
{
    [Theory]
    [InlineData(true, new[] { true, true, false })]
    [InlineData(false, new[] { false, false, false })]
    public async Task IsReplaying_AtEveryStep_TellsWhetherTheCodeRanBefore(bool replayed, bool[] expected)
    {
        await using var host = await PatternHosts.InMemory(replayed)(
            tasks => tasks.AddOrchestratorFunc("Steps", async context =>
            {
                var seen = new List<bool> { context.IsReplaying };
                await context.CreateTimer(TimeSpan.Zero, CancellationToken.None);
                seen.Add(context.IsReplaying);
                await context.CreateTimer(TimeSpan.Zero, CancellationToken.None);
                seen.Add(context.IsReplaying);
                return seen;
            }),
            new PatternHostOptions());

        var instance = await host.RunAsync("Steps");

        Assert.Equal(expected, instance.ReadOutputAs<bool[]>());
    }
}
