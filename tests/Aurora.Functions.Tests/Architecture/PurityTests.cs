using Xunit;

namespace Aurora.Functions.Tests.Architecture;

/// <summary>Rules, state machines and policies decide; they touch nothing outside their arguments.</summary>
public sealed class PurityTests
{
    private static readonly string[] PureEndings = ["Rules.cs", "StateMachine.cs", "Policy.cs"];

    private static readonly string[] ImpureNamespaces =
        ["Npgsql", "System.Net", "System.IO", "System.Data", "System.Threading", "Microsoft.Extensions.Logging", "Microsoft.AspNetCore"];

    private static readonly string[] ImpureTypes =
        ["System.TimeProvider", "System.Random", "System.Environment", "System.Diagnostics.Stopwatch", "System.Console"];

    private static readonly string[] ImpureMembers =
    [
        "System.DateTime.get_UtcNow", "System.DateTime.get_Now", "System.DateTime.get_Today",
        "System.DateTimeOffset.get_UtcNow", "System.DateTimeOffset.get_Now", "System.Guid.NewGuid", "System.Guid.CreateVersion7",
    ];

    [Fact]
    public void PureFiles_CompiledCode_TouchesNoOutsideWorld()
    {
        var pure = RepositoryTree.Files("src/Aurora.Functions", ".cs")
            .Where(file => PureEndings.Any(ending => file.EndsWith(ending, StringComparison.Ordinal)))
            .SelectMany(file => RepositoryTree.DeclaredTypes(file).Select(type => NamespaceOf(file) + "." + type))
            .ToHashSet(StringComparer.Ordinal);

        var broken = CompiledCode.Of("Aurora.Functions").Uses
            .Where(use => pure.Contains(use.FromType.Split('`')[0]) && IsImpure(use))
            .Select(use => use.ToString())
            .Distinct(StringComparer.Ordinal)
            .ToList();

        Assert.True(broken.Count == 0, "Pure files reach outside:\n" + string.Join('\n', broken));
    }

    private static bool IsImpure(SymbolUse use) =>
        ImpureNamespaces.Any(space =>
            use.TargetNamespace == space || use.TargetNamespace.StartsWith(space + ".", StringComparison.Ordinal))
        || ImpureTypes.Contains(use.TargetType, StringComparer.Ordinal)
        || ImpureMembers.Contains($"{use.TargetType}.{use.MemberName}", StringComparer.Ordinal);

    private static string NamespaceOf(string file) => RepositoryTree.Lines(file)
        .Single(line => line.StartsWith("namespace ", StringComparison.Ordinal))["namespace ".Length..].TrimEnd(';', ' ');
}
