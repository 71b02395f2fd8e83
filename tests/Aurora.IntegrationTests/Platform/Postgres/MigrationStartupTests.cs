using System.Net;
using System.Net.Sockets;
using Aurora.Functions.Platform;
using Aurora.Functions.Platform.Postgres;
using Aurora.Functions.Platform.Time;
using Aurora.TestKit;
using Aurora.TestKit.Postgres;
using Aurora.TestKit.Time;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Aurora.IntegrationTests.Platform.Postgres;

public sealed class MigrationStartupTests
{
    [Fact]
    public async Task Start_EmptyDatabase_IsMigratedAndTheClockMeasured()
    {
        await using var database = await TestDatabase.CreateAsync(migrated: false);
        await using var services = Build(database.ConnectionString);

        await First(services).StartAsync(CancellationToken.None);

        Assert.Equal((long)Migration.All.Count, await database.ScalarAsync<long>("select count(*) from schema_migrations"));

        // The same machine: what is measured is the noise of a round trip.
        Assert.InRange(services.GetRequiredService<DatabaseClock>().Offset.Duration(), TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Start_NobodyListens_IsOneClearErrorWithoutThePassword()
    {
        await using var services = Build($"Host=127.0.0.1;Port={UnusedPort()};Username=aurora;Password=secret;Database=crm");

        var error = await Assert.ThrowsAsync<DatabaseUnreachableException>(() => First(services).StartAsync(CancellationToken.None));

        Assert.Contains("'crm' at 127.0.0.1", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_NobodyListens_TriesAgainByTheClockUntilItsTimeIsUp()
    {
        var time = new ManualTimeProvider();
        var begun = time.GetUtcNow();
        await using var services = Build($"Host=127.0.0.1;Port={UnusedPort()};Username=aurora;Database=crm", time);

        var starting = First(services).StartAsync(CancellationToken.None);
        for (var pause = 1; pause <= 2; pause++)
        {
            await Eventually.BecomesTrueAsync(() => Task.FromResult(time.NextDue is not null), "the start waits for its next try");
            Assert.Equal(begun + (pause * TimeSpan.FromMilliseconds(200)), time.NextDue);
            time.AdvanceTo(time.NextDue!.Value);
        }

        await Assert.ThrowsAsync<DatabaseUnreachableException>(() => starting);
    }

    [Fact]
    public async Task Synchronise_DatabaseIsAway_KeepsTheLastOffset()
    {
        await using var services = Build($"Host=127.0.0.1;Port={UnusedPort()};Username=aurora;Database=crm");
        var clock = services.GetRequiredService<DatabaseClock>();

        await Assert.ThrowsAnyAsync<Npgsql.NpgsqlException>(() => clock.SynchroniseAsync(CancellationToken.None));

        Assert.Equal(TimeSpan.Zero, clock.Offset);
    }

    private static IHostedService First(IServiceProvider services) => services.GetServices<IHostedService>().First();

    private static ServiceProvider Build(string connectionString, TimeProvider? time = null)
    {
        var configuration = new ConfigurationManager();
        configuration.AddInMemoryCollection(
            [new("ConnectionStrings:Aurora", connectionString), new("Platform:Postgres:StartupTimeout", "00:00:00.3")]);
        return new ServiceCollection().AddSingleton(time ?? TimeProvider.System).AddLogging().AddPlatform(configuration).BuildServiceProvider();
    }

    private static int UnusedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
