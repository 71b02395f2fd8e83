using Aurora.LocalRuntime.Durable.Storage;
using Aurora.LocalRuntime.Durable.Storage.InMemory;
using Aurora.TestKit.Durable;

namespace Aurora.Functions.Tests.LocalRuntime.Durable.Storage.InMemory;

public sealed class InMemoryInstanceStoreTests : InstanceStoreCompliance
{
    private protected override (Func<IInstanceStore> Open, string Hub) NewHub()
    {
        var store = new InMemoryInstanceStore();
        return (() => store, "Hub");
    }
}
