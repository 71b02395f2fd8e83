using Aurora.LocalRuntime.Timers;
using Aurora.TestKit.Timers;

namespace Aurora.Functions.Tests.LocalRuntime.Timers;

public sealed class InMemoryTimerMonitorStoreTests : TimerMonitorStoreCompliance
{
    private protected override Task<ITimerMonitorStore> CreateStoreAsync() =>
        Task.FromResult<ITimerMonitorStore>(new InMemoryTimerMonitorStore());
}
