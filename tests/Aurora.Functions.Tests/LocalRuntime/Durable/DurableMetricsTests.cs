using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Aurora.LocalRuntime.Testing;
using Aurora.TestKit;
using Xunit;

namespace Aurora.Functions.Tests.LocalRuntime.Durable;

/// <summary>What operators see of the engine's writer.</summary>
public sealed class DurableMetricsTests
{
    [Fact]
    public async Task Commits_OfAHub_AreMeasuredWithTheirTurnsWaitAndDuration()
    {
        var hub = "m" + Guid.NewGuid().ToString("N");
        var seen = new ConcurrentDictionary<string, double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, subscriber) =>
        {
            if (instrument.Meter.Name == "Aurora.LocalRuntime")
            {
                subscriber.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();

        await using var host = await DurableTaskTestHost.StartAsync(
            tasks => tasks
                .AddOrchestratorFunc<int, int>("Double", (context, number) => context.CallActivityAsync<int>("Twice", number))
                .AddActivityFunc<int, int>("Twice", (_, number) => 2 * number),
            new DurableTaskTestHostOptions { HubName = hub });
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Double", 21);
        await host.Client.WaitForInstanceCompletionAsync(id);

        await Eventually.BecomesTrueAsync(
            () => Task.FromResult(seen.GetValueOrDefault("aurora.local.commit.turns") >= 2 && seen.GetValueOrDefault("aurora.local.commit.duration") > 0),
            "both turns and the time of their commits are measured");
        Assert.True(seen["aurora.local.commit.wait"] >= 0, "a wait is never negative");

        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (tags.Length == 1 && tags[0].Key == "hub" && hub.Equals(tags[0].Value))
            {
                seen.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value);
            }
        }
    }
}
