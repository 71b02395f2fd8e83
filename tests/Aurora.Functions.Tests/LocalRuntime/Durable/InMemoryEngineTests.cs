using Aurora.LocalRuntime.Testing;
using Aurora.TestKit.Durable;
using Microsoft.DurableTask;

namespace Aurora.Functions.Tests.LocalRuntime.Durable;

public sealed class InMemoryEngineTests : EngineSemantics
{
    protected override Task<DurableTaskTestHost> StartAsync(Action<DurableTaskRegistry> tasks, Action<DurableTaskTestHostOptions>? configure = null)
    {
        var options = new DurableTaskTestHostOptions { EvictAfterEveryStep = false };
        configure?.Invoke(options);
        return DurableTaskTestHost.StartAsync(tasks, options, Deadline);
    }
}

public sealed class InMemoryReplayingEngineTests : EngineSemantics
{
    protected override Task<DurableTaskTestHost> StartAsync(Action<DurableTaskRegistry> tasks, Action<DurableTaskTestHostOptions>? configure = null)
    {
        var options = new DurableTaskTestHostOptions { EvictAfterEveryStep = true };
        configure?.Invoke(options);
        return DurableTaskTestHost.StartAsync(tasks, options, Deadline);
    }
}
