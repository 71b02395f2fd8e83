using Aurora.LocalRuntime.Durable.Storage;
using Aurora.LocalRuntime.Durable.Storage.InMemory;
using Aurora.TestKit.Durable;

namespace Aurora.Functions.Tests.LocalRuntime.Durable;

public sealed class InMemoryEngineCrashTests : EngineCrashes
{
    private protected override Func<IInstanceStore> NewHub()
    {
        var store = new InMemoryInstanceStore();
        return () => store;
    }
}
