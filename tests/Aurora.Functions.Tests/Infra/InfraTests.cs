using System.Text.Json;
using System.Text.RegularExpressions;
using Aurora.Functions.Platform.Postgres;
using Aurora.Functions.Tests.Architecture;
using Xunit;

namespace Aurora.Functions.Tests.Infra;

/// <summary>What infra/ names exists in the app: settings, metrics, functions, roles.</summary>
public sealed partial class InfraTests
{
    private const string Main = "infra/main.bicep";

    /// <summary>Settings that the Functions host and its extensions read; the app does not.</summary>
    private static readonly string[] HostSettings = ["AzureWebJobsStorage__", "APPLICATIONINSIGHTS_", "FUNCTIONS_"];

    [Fact]
    public void AppSettings_OfTheDeployment_AreInTheSample()
    {
        using var sample = JsonDocument.Parse(RepositoryTree.Read("local.settings.sample.json"), new() { CommentHandling = JsonCommentHandling.Skip });
        var known = sample.RootElement.GetProperty("Values").EnumerateObject()
            .Select(setting => setting.Name.Replace(":", "__", StringComparison.Ordinal))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);

        var unknown = AppSettings()
            .Where(name => !HostSettings.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)))
            .Where(name => !known.Contains(name))
            .ToList();

        Assert.Empty(unknown);
        Assert.Contains("ConnectionStrings__Aurora", AppSettings());
    }

    [Theory]
    [InlineData("infra/workbook.json")]
    [InlineData("infra/modules/alerts.bicep")]
    [InlineData("infra/runbook.md")]
    public void Metrics_NamedByOperators_AreMeasured(string file)
    {
        var measured = RepositoryTree.Files("src/Aurora.Functions", "Metrics.cs")
            .SelectMany(source => MetricName().Matches(RepositoryTree.Read(source)).Select(match => match.Value))
            .ToHashSet(StringComparer.Ordinal);

        var named = MetricName().Matches(RepositoryTree.Read(file)).Select(match => match.Value).ToHashSet(StringComparer.Ordinal);

        Assert.NotEmpty(named);
        Assert.Empty(named.Except(measured));
    }

    [Fact]
    public void Workbook_Document_IsJsonWithAQueryInEachTile()
    {
        using var workbook = JsonDocument.Parse(RepositoryTree.Read("infra/workbook.json"));

        var tiles = workbook.RootElement.GetProperty("items").EnumerateArray().Where(item => item.GetProperty("type").GetInt32() == 3).ToList();

        Assert.NotEmpty(tiles);
        Assert.All(tiles, tile => Assert.NotEqual("", tile.GetProperty("content").GetProperty("query").GetString()));
    }

    [Fact]
    public void Functions_KeptWarm_Exist()
    {
        var declared = RepositoryTree.Files("src/Aurora.Functions", ".cs")
            .SelectMany(source => FunctionName().Matches(RepositoryTree.Read(source)).Select(match => match.Groups[1].Value))
            .ToHashSet(StringComparer.Ordinal);

        var warm = WarmFunction().Matches(RepositoryTree.Read("infra/modules/app.bicep")).Select(match => match.Groups[1].Value).ToList();

        Assert.NotEmpty(warm);
        Assert.Empty(warm.Except(declared));
    }

    [Fact]
    public void Sample_OfParameters_NamesParametersOfTheDeployment()
    {
        var declared = Parameter().Matches(RepositoryTree.Read(Main)).Select(match => match.Groups[1].Value).ToHashSet(StringComparer.Ordinal);

        var given = Parameter().Matches(RepositoryTree.Read("infra/main.bicepparam")).Select(match => match.Groups[1].Value).ToList();

        Assert.NotEmpty(given);
        Assert.Empty(given.Except(declared));
    }

    [Fact]
    public void ConnectionString_OfTheApp_UsesTheRoleOfRolesSql()
    {
        var role = AppRole().Match(RepositoryTree.Read("infra/roles.sql")).Groups[1].Value;

        Assert.NotEqual("", role);
        Assert.Contains($"Username={role};", RepositoryTree.Read(Main), StringComparison.Ordinal);
    }

    [Fact]
    public void MigrateScript_Lock_IsTheRunnersLock() => Assert.Contains(
        $"pg_advisory_lock({MigrationRunner.AdvisoryLockKey})", RepositoryTree.Read("infra/migrate.sh"), StringComparison.Ordinal);

    [Fact]
    public void Parameters_Secret_AreMarkedSecureAndHaveNoDefault()
    {
        var text = RepositoryTree.Read(Main);

        foreach (var name in new[] { "databaseAdminPassword", "databaseAppPassword", "channelSecrets" })
        {
            Assert.Matches($@"@secure\(\)\n(@minLength\(\d+\)\n)?param {name} (string|object)", text);
        }

        Assert.DoesNotMatch(@"param database\w*Password string =", text);
    }

    private static IReadOnlyList<string> AppSettings() =>
        [.. AppSetting().Matches(RepositoryTree.Read(Main)).Select(match => match.Groups[1].Value)];

    [GeneratedRegex(@"^ {8}([A-Z]\w*_\w*): ", RegexOptions.Multiline | RegexOptions.CultureInvariant, 5_000)]
    private static partial Regex AppSetting();

    [GeneratedRegex(@"\baurora\.(?:ingest|outbox|routing|platform|operations|channels)(?:\.[a-z_]+)+\b", RegexOptions.CultureInvariant, 5_000)]
    private static partial Regex MetricName();

    [GeneratedRegex(@"\[Function\(""(\w+)""\)\]", RegexOptions.CultureInvariant, 5_000)]
    private static partial Regex FunctionName();

    [GeneratedRegex("'function:([^']+)'", RegexOptions.CultureInvariant, 5_000)]
    private static partial Regex WarmFunction();

    [GeneratedRegex(@"^param (\w+)", RegexOptions.Multiline | RegexOptions.CultureInvariant, 5_000)]
    private static partial Regex Parameter();

    [GeneratedRegex(@"\\set app (\w+) ", RegexOptions.CultureInvariant, 5_000)]
    private static partial Regex AppRole();
}
