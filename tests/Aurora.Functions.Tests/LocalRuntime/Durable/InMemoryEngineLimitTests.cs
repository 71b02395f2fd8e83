using Aurora.LocalRuntime.Durable.Storage;
using Aurora.LocalRuntime.Durable.Storage.InMemory;
using Aurora.TestKit.Durable;

namespace Aurora.Functions.Tests.LocalRuntime.Durable;

public sealed class InMemoryEngineLimitTests : EngineLimits
{
    private protected override (Func<IInstanceStore> Open, string Hub) NewHub()
    {
        var store = new InMemoryInstanceStore();
        return (() => store, "Hub");
    }
}
