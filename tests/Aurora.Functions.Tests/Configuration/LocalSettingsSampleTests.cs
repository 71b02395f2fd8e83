using System.Collections;
using System.Globalization;
using System.Reflection;
using Aurora.Functions.Platform.Postgres;
using Aurora.Functions.Platform.Telemetry;
using Aurora.LocalRuntime.Hosting;
using Aurora.LocalRuntime.Hosting.Startup;
using Aurora.TestKit.Hosting;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace Aurora.Functions.Tests.Configuration;

/// <summary>local.settings.sample.json names every setting of the app, with its default, and nothing else.</summary>
public sealed class LocalSettingsSampleTests : IDisposable
{
    /// <summary>What the Functions tools themselves want to see.</summary>
    private static readonly string[] HostKeys = ["AzureWebJobsStorage", "FUNCTIONS_WORKER_RUNTIME"];

    /// <summary>Properties whose setting has a name of its own, given by a requirement or a standard.</summary>
    private static readonly Dictionary<(Type Options, string Property), string[]> NamedSettings = new()
    {
        [(typeof(PostgresOptions), nameof(PostgresOptions.ConnectionString))] = ["ConnectionStrings__Aurora", "DATABASE_URL"],
        [(typeof(TelemetryOptions), nameof(TelemetryOptions.OtlpEndpoint))] = ["OTEL_EXPORTER_OTLP_ENDPOINT"],
        [(typeof(TelemetryOptions), nameof(TelemetryOptions.OtlpProtocol))] = ["OTEL_EXPORTER_OTLP_PROTOCOL"],
        [(typeof(TelemetryOptions), nameof(TelemetryOptions.OtlpHeaders))] = ["OTEL_EXPORTER_OTLP_HEADERS"],
        [(typeof(TelemetryOptions), nameof(TelemetryOptions.ServiceName))] = ["OTEL_SERVICE_NAME"],
    };

    private readonly TemporaryDirectory _directory = new();

    public static TheoryData<Type> OptionsTypes => [.. AllOptions()];

    [Theory]
    [MemberData(nameof(OptionsTypes))]
    public void Sample_OfEveryOptionsClass_NamesEverySetting(Type options)
    {
        var sample = Sample();

        foreach (var property in Properties(options))
        {
            Assert.All(KeysOf(options, property), key => Assert.True(
                sample.Keys.Any(k => IsDictionary(property) ? k.StartsWith(key + "__", StringComparison.Ordinal) : k == key),
                $"local.settings.sample.json does not name {key} ({options.Name}.{property.Name})."));
        }
    }

    [Fact]
    public void Sample_NamesNothingTheAppDoesNotRead()
    {
        var known = AllOptions().SelectMany(type => Properties(type).Select(property => (type, property))).ToList();
        var keys = known.Where(p => !IsDictionary(p.property)).SelectMany(p => KeysOf(p.type, p.property)).Concat(HostKeys).ToHashSet();
        var prefixes = known.Where(p => IsDictionary(p.property)).SelectMany(p => KeysOf(p.type, p.property)).Select(k => k + "__").ToList();

        var unknown = Sample().Keys.Where(key => !keys.Contains(key) && !prefixes.Any(p => key.StartsWith(p, StringComparison.Ordinal)));

        Assert.Empty(unknown);
    }

    [Theory]
    [MemberData(nameof(OptionsTypes))]
    public void Sample_UsedUnchanged_ChangesNothing(Type options)
    {
        _directory.Write("host.json", """{ "version": "2.0" }""");
        var settings = Sample().Where(v => v.Value.Length > 0)
            .ToDictionary(v => v.Key.Replace("__", ":", StringComparison.Ordinal), v => (string?)v.Value);
        settings["ConnectionStrings:Aurora"] = "Host=127.0.0.1;Database=none";
        var builder = new FunctionsApplicationBuilder(new LocalHostSettings
        {
            Configuration = settings,
            Directories = new HostDirectories(_directory.Path, _directory.Path),
            EnvironmentName = "Production",
        });
        AuroraApp.Configure(builder);
        using var host = builder.Build();

        var accessor = host.Services.GetRequiredService(typeof(IOptions<>).MakeGenericType(options));
        var bound = accessor.GetType().GetProperty("Value")!.GetValue(accessor)!;
        var defaults = Activator.CreateInstance(options)!;

        foreach (var property in Properties(options).Where(p => !IsDictionary(p) && p.Name != nameof(PostgresOptions.ConnectionString)))
        {
            Assert.Equal((property.Name, Text(property.GetValue(defaults))), (property.Name, Text(property.GetValue(bound))));
        }
    }

    public void Dispose() => _directory.Dispose();

    private static IEnumerable<Type> AllOptions() =>
        typeof(AuroraApp).Assembly.GetTypes().Where(t => t.GetField("SectionName") is { IsLiteral: true });

    private static IEnumerable<PropertyInfo> Properties(Type options) =>
        options.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.SetMethod?.IsPublic == true || IsDictionary(p));

    private static bool IsDictionary(PropertyInfo property) => property.PropertyType.IsAssignableTo(typeof(IDictionary));

    private static string[] KeysOf(Type options, PropertyInfo property)
    {
        if (NamedSettings.TryGetValue((options, property.Name), out var named))
        {
            return named;
        }

        var section = (string)options.GetField("SectionName")!.GetRawConstantValue()!;
        return options.GetField(property.Name + "Key") is { IsLiteral: true } key
            ? [(string)key.GetRawConstantValue()!]
            : [$"{section.Replace(":", "__", StringComparison.Ordinal)}__{property.Name}"];
    }

    private static string? Text(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture);

    private static IReadOnlyDictionary<string, string> Sample() =>
        LocalSettingsFile.Read(Path.Combine(HostDirectories.Find(AppContext.BaseDirectory).Root, "local.settings.sample.json"));
}
