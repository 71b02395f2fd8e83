using Aurora.LocalRuntime.Durable.Storage;
using Aurora.LocalRuntime.Durable.Storage.Postgres;
using Aurora.TestKit.Durable;
using Aurora.TestKit.Postgres;
using Xunit;

namespace Aurora.IntegrationTests.LocalRuntime.Durable;

public sealed class PostgresEngineCrashTests(DatabaseFixture fixture) : EngineCrashes, IClassFixture<DatabaseFixture>
{
    private protected override Func<IInstanceStore> NewHub() => () => new PostgresInstanceStore(fixture.Database.DataSource);
}
