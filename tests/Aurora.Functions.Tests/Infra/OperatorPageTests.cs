using System.Reflection;
using System.Text.RegularExpressions;
using Aurora.Functions.Platform;
using Aurora.Functions.Tests.Architecture;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Aurora.Functions.Tests.Infra;

/// <summary>What alerts, workbook, runbook and pages tell an operator to look for is what the app really says.</summary>
public sealed partial class OperatorPageTests
{
    private static readonly Type[] Types = typeof(PlatformSlice).Assembly.GetTypes();

    [Fact]
    public void MetricTags_InQueries_AreRecorded()
    {
        // A histogram brings its number of items along.
        var recorded = RepositoryTree.Files("src/Aurora.Functions", ".cs")
            .SelectMany(source => Tag().Matches(RepositoryTree.Read(source)).Select(match => match.Groups["name"].Value))
            .Append("items")
            .ToHashSet(StringComparer.Ordinal);

        var named = Found("infra", QueriedTag(), ".json", ".bicep");

        Assert.NotEmpty(named);
        Assert.Empty(named.Except(recorded));
    }

    [Fact]
    public void LogLines_NamedByNumber_AreWritten()
    {
        var written = Types.SelectMany(Methods)
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>()?.EventId)
            .Where(id => id is not null)
            .Select(id => $"{id}")
            .ToHashSet(StringComparer.Ordinal);

        var named = Found("infra", LogLine(), ".md", ".json", ".bicep").Concat(Found("src", LogLine(), "README.md")).ToList();

        Assert.Contains("1104", named);
        Assert.Empty(named.Except(written));
    }

    [Fact]
    public void Operations_InQueries_AreFunctions()
    {
        var functions = Types.SelectMany(Methods)
            .Select(method => method.GetCustomAttribute<FunctionAttribute>()?.Name)
            .ToHashSet(StringComparer.Ordinal);

        var named = Found("infra", QueriedOperation(), ".md", ".json", ".bicep");

        Assert.NotEmpty(named);
        Assert.Empty(named.Except(functions));
    }

    [Fact]
    public void Routes_OfTheApp_Exist()
    {
        var routes = Types.SelectMany(Methods).SelectMany(method => method.GetParameters())
            .Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>()?.Route)
            .Where(route => route is not null)
            .Select(route => "/" + Parameter().Replace(route!, "*"))
            .ToHashSet(StringComparer.Ordinal);

        var named = Found("infra", Route(), ".md", ".bicep").Concat(Found("src", Route(), "README.md"))
            .Select(route => Parameter().Replace(route.TrimEnd('/'), "*"))
            .ToList();

        Assert.NotEmpty(named);
        Assert.All(named, route => Assert.True(
            routes.Any(known => known == route || known.StartsWith(route + "/", StringComparison.Ordinal)), $"There is no route {route}."));
    }

    [Fact]
    public void Settings_NamedOnPages_Exist()
    {
        var settings = Types.Where(type => type.Name.EndsWith("Options", StringComparison.Ordinal))
            .SelectMany(type => type.GetProperties().Select(property => $"{type.Name[..^"Options".Length]}:{property.Name}"))
            .Append("ConnectionStrings:Aurora")
            .ToHashSet(StringComparer.Ordinal);

        var named = Found("infra", Setting(), ".md").Concat(Found("src", Setting(), ".md")).ToList();

        Assert.NotEmpty(named);
        Assert.Empty(named.Except(settings));
    }

    [Theory]
    [InlineData("overloaded")]
    [InlineData("database_unavailable")]
    public void Codes_TheRunbookExplains_AreAnswered(string code)
    {
        Assert.Contains($"`{code}`", RepositoryTree.Read("infra/runbook.md"), StringComparison.Ordinal);
        Assert.Contains($"\"{code}\"", RepositoryTree.Read("src/Aurora.Functions/Platform/Http/Problems.cs"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("databaseSku")]
    [InlineData("databaseStorageGB")]
    [InlineData("maximumInstanceCount")]
    [InlineData("maxPoolSize")]
    public void Parameters_TheRunbookTurns_AreThoseOfTheDeployment(string parameter)
    {
        Assert.Contains($"`{parameter}`", RepositoryTree.Read("infra/runbook.md"), StringComparison.Ordinal);
        Assert.Contains($"\nparam {parameter} ", RepositoryTree.Read("infra/main.bicep"), StringComparison.Ordinal);
    }

    [Fact]
    public void Pictures_TheRunbookPointsAt_AreTilesOrAlerts()
    {
        // What the portal and other pages call so.
        string[] elsewhere = ["Resource health", "Roll back", "Dead rows"];
        var titles = Found("infra", Title(), "workbook.json", "alerts.bicep");

        var named = Found("infra", Emphasis(), "runbook.md").Except(elsewhere).ToList();

        Assert.NotEmpty(named);
        Assert.All(named, name => Assert.True(
            titles.Any(title => title.StartsWith(name, StringComparison.OrdinalIgnoreCase)), $"No tile and no alert is called '{name}'."));
    }

    private static MethodInfo[] Methods(Type type) => type.GetMethods(
        BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly);

    private static HashSet<string> Found(string folder, Regex name, params string[] endings) => endings
        .SelectMany(ending => RepositoryTree.Files(folder, ending))
        .SelectMany(file => name.Matches(RepositoryTree.Read(file)).Select(match => match.Groups["name"].Value))
        .ToHashSet(StringComparer.Ordinal);

    [GeneratedRegex(@"(?:KeyValuePair<string, object\?>|\bnew)\(""(?<name>\w+)"",", RegexOptions.CultureInvariant, 5_000)]
    private static partial Regex Tag();

    [GeneratedRegex(@"prop__(?<name>\w+)", RegexOptions.CultureInvariant, 5_000)]
    private static partial Regex QueriedTag();

    [GeneratedRegex(@"""?title""?: ['""](?<name>[^'""]+)['""]", RegexOptions.CultureInvariant, 5_000)]
    private static partial Regex Title();

    [GeneratedRegex(@"(?<!\*)\*(?<name>[A-Za-z][^*\n]{2,60})\*(?!\*)", RegexOptions.CultureInvariant, 5_000)]
    private static partial Regex Emphasis();

    [GeneratedRegex(@"(?:\(|; |log line )(?<name>1\d{3})\b(?!,)", RegexOptions.CultureInvariant, 5_000)]
    private static partial Regex LogLine();

    [GeneratedRegex(@"OperationName == \\?""(?<name>\w+)", RegexOptions.CultureInvariant, 5_000)]
    private static partial Regex QueriedOperation();

    [GeneratedRegex(@"(?<![\w.])(?<name>/(?:ops|health|ingest)(?:/[\w{}]+)*)", RegexOptions.CultureInvariant, 5_000)]
    private static partial Regex Route();

    [GeneratedRegex(@"\{[^}]*\}", RegexOptions.CultureInvariant, 5_000)]
    private static partial Regex Parameter();

    [GeneratedRegex("`(?<name>[A-Z][A-Za-z]+:[A-Z][A-Za-z]+)`", RegexOptions.CultureInvariant, 5_000)]
    private static partial Regex Setting();
}
