using Aurora.LocalRuntime.Testing;
using Aurora.TestKit.Durable;
using Microsoft.DurableTask;

namespace Aurora.Functions.Tests.LocalRuntime.Durable;

/// <summary>Instances kept between steps.</summary>
public sealed class InMemoryEngineTests() : InMemoryEngineSemantics(replayed: false);

/// <summary>Every step begins with a replay.</summary>
public sealed class InMemoryReplayingEngineTests() : InMemoryEngineSemantics(replayed: true);

/// <summary>The engine's semantics in memory.</summary>
public abstract class InMemoryEngineSemantics(bool replayed) : EngineSemantics
{
    protected override Task<DurableTaskTestHost> StartAsync(Action<DurableTaskRegistry> tasks, Action<DurableTaskTestHostOptions>? configure = null)
    {
        var options = new DurableTaskTestHostOptions { EvictAfterEveryStep = replayed };
        configure?.Invoke(options);
        return DurableTaskTestHost.StartAsync(tasks, options, Deadline);
    }
}
