using System.Text.RegularExpressions;
using Aurora.LocalRuntime.Durable.Storage.Postgres;
using Aurora.LocalRuntime.Timers;
using Aurora.TestKit;
using Aurora.TestKit.Postgres;
using Xunit;

namespace Aurora.IntegrationTests.Platform.Postgres;

/// <summary>src/ARCHITECTURE.md says of every table what bounds it.</summary>
public sealed partial class TableBoundsTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>
{
    private const string TablesSql =
        """
        SELECT CASE WHEN schemaname = 'public' THEN '' ELSE schemaname || '.' END || tablename
        FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
        """;

    [Fact]
    public async Task Tables_OfAppAndHost_AreExactlyThoseOfTheList()
    {
        await using var store = new PostgresInstanceStore(fixture.Database.DataSource);
        await store.OpenAsync("bounds", CancellationToken.None);
        await new PostgresTimerMonitorStore(fixture.Database.DataSource, "bounds").PrepareAsync(CancellationToken.None);

        var tables = await fixture.Database.ColumnAsync<string>(TablesSql);

        Assert.Equal(tables.Order(StringComparer.Ordinal), Listed().Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Bounds_OfEveryTable_AreSaid() =>
        Assert.All(Listed(), table => Assert.False(string.IsNullOrWhiteSpace(table.Value), $"Nothing bounds {table.Key}."));

    private static Dictionary<string, string> Listed() => Row().Matches(Repository.Read("src/ARCHITECTURE.md"))
        .ToDictionary(match => match.Groups["table"].Value, match => match.Groups["bound"].Value.Trim(), StringComparer.Ordinal);

    [GeneratedRegex(@"^\| `(?<table>[a-z_.]+)` \| \w+ \|(?<bound>[^|]*)\|", RegexOptions.Multiline | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex Row();
}
