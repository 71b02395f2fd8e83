using Aurora.TestKit.Outbox;
using Aurora.TestKit.Postgres;
using Aurora.TestKit.Time;
using Xunit;

namespace Aurora.IntegrationTests.Outbox;

/// <summary>One database for the tests of a class, its outbox emptied before each of them, and a clock that stands still.</summary>
public abstract class OutboxTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>, IAsyncLifetime
{
    protected TestDatabase Database => fixture.Database;

    protected ManualTimeProvider Time { get; } = new(OutboxRows.Noon.AddMinutes(1));

    public Task InitializeAsync() => Database.ClearOutboxAsync();

    public Task DisposeAsync() => Task.CompletedTask;
}
