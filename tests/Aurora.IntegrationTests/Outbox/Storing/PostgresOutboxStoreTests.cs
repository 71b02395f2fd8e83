using Aurora.Functions.Outbox;
using Aurora.Functions.Outbox.Storing;
using Aurora.TestKit.Outbox;
using Aurora.TestKit.Postgres;
using Xunit;

namespace Aurora.IntegrationTests.Outbox.Storing;

public sealed class PostgresOutboxStoreTests(DatabaseFixture fixture)
    : OutboxStoreCompliance, IClassFixture<DatabaseFixture>, IAsyncLifetime
{
    private readonly PostgresOutboxStore _store = fixture.Database.NewStore();

    internal override IOutboxStore Store => _store;

    public Task InitializeAsync() => fixture.Database.ClearOutboxAsync();

    public async Task DisposeAsync() => await _store.DisposeAsync();

    internal override Task EmitAsync(params OutboxEvent[] events) => fixture.Database.EmitAsync(events);
}
