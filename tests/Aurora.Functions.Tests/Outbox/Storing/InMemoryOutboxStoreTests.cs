using Aurora.Functions.Outbox;
using Aurora.Functions.Outbox.Storing;
using Aurora.TestKit.Outbox;

namespace Aurora.Functions.Tests.Outbox.Storing;

public sealed class InMemoryOutboxStoreTests : OutboxStoreCompliance
{
    private readonly InMemoryOutboxStore _store = new();

    internal override IOutboxStore Store => _store;

    internal override Task EmitAsync(params OutboxEvent[] events)
    {
        _store.Emit(events);
        return Task.CompletedTask;
    }
}
