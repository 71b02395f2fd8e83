using Xunit;

namespace Aurora.Functions.Tests.Architecture;

/// <summary>A room of the local host uses only rooms below its own; the code the compiler made is the witness.</summary>
public sealed class RuntimeDependencyTests
{
    private const string Runtime = "Aurora.LocalRuntime";

    /// <summary>The table of src/Aurora.LocalRuntime/README.md.</summary>
    private static readonly SortedDictionary<string, int> Rows = new(StringComparer.Ordinal)
    {
        ["Hosting"] = 8,
        ["Http"] = 7,
        ["Testing"] = 7,
        ["Timers"] = 7,
        ["Functions"] = 6,
        ["Engine"] = 5,
        ["Postgres"] = 5,
        ["Storage"] = 4,
        ["Orchestrations"] = 3,
        ["History"] = 2,
        ["Api"] = 1,
        ["Worker"] = 1,
    };

    /// <summary>Words that rooms below may use as well: settings, errors and logs of the host, and what the engine asks of others.</summary>
    private static readonly string[] Words =
    [
        Runtime + ".Hosting.HostLog", Runtime + ".Hosting.LocalHostSettings", Runtime + ".Hosting.Startup.HostJson",
        Runtime + ".Hosting.Startup.HostStartupException", Runtime + ".Durable.DurableLog", Runtime + ".Durable.ITaskCode",
    ];

    /// <summary>The packages' names behind which the host begins.</summary>
    private static readonly string[] Doors =
    [
        "Microsoft.Azure.Functions.Worker.Builder.FunctionsApplicationBuilder",
        "Microsoft.Azure.Functions.Worker.FunctionContextBindingFeatureExtensions",
    ];

    [Fact]
    public void Rooms_CompiledCode_UseOnlyLowerRows()
    {
        var broken = Upward()
            .Where(use => !Words.Any(word => Is(use.TargetType, word)) && !Doors.Contains(use.FromType, StringComparer.Ordinal))
            .Select(use => use.ToString())
            .Distinct(StringComparer.Ordinal)
            .ToList();

        Assert.True(broken.Count == 0, "A room uses its own row or a higher one:\n" + string.Join('\n', broken));
    }

    [Fact]
    public void Exceptions_EachOne_IsStillNeeded()
    {
        var upward = Upward().ToList();

        Assert.All(Words, word => Assert.Contains(upward, use => Is(use.TargetType, word)));
        Assert.All(Doors, door => Assert.Contains(upward, use => use.FromType == door));
    }

    [Fact]
    public void Runtime_EveryType_BelongsToARoom()
    {
        var strangers = CompiledCode.Of(Runtime).Uses
            .Select(use => use.FromType)
            .Distinct(StringComparer.Ordinal)
            .Where(type => type.StartsWith(Runtime + ".", StringComparison.Ordinal) && RoomOf(type) is null)
            .ToList();

        Assert.True(strangers.Count == 0, "Types outside the rooms:\n" + string.Join('\n', strangers));
    }

    [Fact]
    public void Runtime_Source_NamesNothingOfTheProduct()
    {
        var broken = RepositoryTree.Files("src/Aurora.LocalRuntime", ".cs")
            .Where(file => RepositoryTree.Read(file).Contains("Aurora.Functions", StringComparison.Ordinal))
            .ToList();

        Assert.True(broken.Count == 0, "The host knows the product:\n" + string.Join('\n', broken));
    }

    [Fact]
    public void Page_PrintedRows_AreTheOnesHeldHere() => Assert.Equal(Rows, PrintedRows.In("src/Aurora.LocalRuntime/README.md"));

    private static IEnumerable<SymbolUse> Upward() => CompiledCode.Of(Runtime).Uses
        .Where(use => use.Assembly == Runtime)
        .Where(use => RoomOf(use.FromType) is { } from && RoomOf(use.TargetType) is { } target && from != target && Rows[target] >= Rows[from]);

    private static bool Is(string type, string word) =>
        type == word || type.StartsWith(word + ".", StringComparison.Ordinal);

    /// <summary>The room of a type by its full name; null for what the compiler made on its own.</summary>
    private static string? RoomOf(string type)
    {
        if (type.StartsWith("Microsoft.Azure.", StringComparison.Ordinal))
        {
            return "Worker";
        }

        if (type.StartsWith("Microsoft.DurableTask.", StringComparison.Ordinal) || type.StartsWith("DurableTask.", StringComparison.Ordinal))
        {
            return "Api";
        }

        if (!type.StartsWith(Runtime + ".", StringComparison.Ordinal))
        {
            return null;
        }

        var parts = type.Split('.');
        return (parts[2], parts[3]) switch
        {
            ("Hosting", "Discovery" or "Invocation") => "Functions",
            ("Durable", "Storage" or "Orchestrations" or "History") => parts[3],
            ("Durable", _) => "Engine",
            _ => Rows.ContainsKey(parts[2]) ? parts[2] : null,
        };
    }
}
