using System.Text.RegularExpressions;
using Xunit;

namespace Aurora.Functions.Tests.Architecture;

/// <summary>A slice uses only rows below its own; the code the compiler made is the witness.</summary>
public sealed partial class SliceDependencyTests
{
    private const string Product = "Aurora.Functions";

    /// <summary>The table of src/ARCHITECTURE.md; a change needs a decision record.</summary>
    private static readonly SortedDictionary<string, int> Rows = new(StringComparer.Ordinal)
    {
        ["Operations"] = 6,
        ["Ingest"] = 5,
        ["Routing"] = 5,
        ["Groups"] = 5,
        ["Warmer"] = 5,
        ["Conversations"] = 4,
        ["Outbound"] = 3,
        ["Outbox"] = 2,
        ["Channels"] = 2,
        ["Platform"] = 1,
    };

    [Fact]
    public void Slices_CompiledCode_UsesOnlyLowerRows()
    {
        var broken = CrossSliceUses()
            .Where(use => Rows[SliceOf(use.TargetNamespace)!] >= Rows[SliceOf(use.FromType)!])
            .Select(use => use.ToString())
            .Distinct(StringComparer.Ordinal)
            .ToList();

        Assert.True(broken.Count == 0, "A slice uses its own row or a higher one:\n" + string.Join('\n', broken));
    }

    [Fact]
    public void Slices_Source_NamesOnlyTheContractsOfLowerRows()
    {
        // Constants leave no trace in compiled code, so the source has its say as well.
        var broken = new List<string>();
        foreach (var file in RepositoryTree.Files("src/Aurora.Functions", ".cs"))
        {
            var slice = file.Split('/')[2];
            if (!Rows.TryGetValue(slice, out var row))
            {
                continue;
            }

            broken.AddRange(RepositoryTree.Lines(file)
                .Where(line => !line.StartsWith("namespace ", StringComparison.Ordinal) && !line.TrimStart().StartsWith("//", StringComparison.Ordinal))
                .SelectMany(line => NamedSlice().Matches(line))
                .Where(match => match.Groups["slice"].Value is var used && used != slice && Rows.TryGetValue(used, out var usedRow)
                    && (usedRow >= row || (used != "Platform" && match.Groups["inner"].Success)))
                .Select(match => $"{file} names {match.Value}"));
        }

        Assert.True(broken.Count == 0, "A higher row, its own row, or what is behind a contract:\n" + string.Join('\n', broken));
    }

    [Fact]
    public void Slices_OfOtherSlices_SeeOnlyTheContractAtTheRoot()
    {
        var broken = CrossSliceUses()
            .Where(use => SliceOf(use.TargetNamespace) != "Platform")
            .Where(use => use.TargetNamespace != $"{Product}.{SliceOf(use.TargetNamespace)}")
            .Select(use => use.ToString())
            .Distinct(StringComparer.Ordinal)
            .ToList();

        Assert.True(broken.Count == 0, "Contracts live at the root of a slice:\n" + string.Join('\n', broken));
    }

    [Fact]
    public void Product_EveryType_BelongsToAKnownSlice()
    {
        var strangers = CompiledCode.Of(Product).Uses
            .Select(use => use.FromType)
            .Distinct(StringComparer.Ordinal)
            .Where(type => type.StartsWith(Product + ".", StringComparison.Ordinal))
            .Where(type => type != Product + ".Program" && type != Product + ".AuroraApp" && (SliceOf(type) is not { } slice || !Rows.ContainsKey(slice)))
            .ToList();

        Assert.True(strangers.Count == 0, "Types outside the slices:\n" + string.Join('\n', strangers));
    }

    [Fact]
    public void Architecture_PrintedRows_AreTheOnesHeldHere() =>
        Assert.Equal(Rows, PrintedRows.In("src/ARCHITECTURE.md"));

    private static IEnumerable<SymbolUse> CrossSliceUses() => CompiledCode.Of(Product).Uses
        .Where(use => use.Assembly == Product)
        .Where(use => SliceOf(use.FromType) is { } from && Rows.ContainsKey(from))
        .Where(use => SliceOf(use.TargetNamespace) is { } target && Rows.ContainsKey(target) && target != SliceOf(use.FromType));

    /// <summary>The slice in a full type name or a namespace; null for what stands outside.</summary>
    private static string? SliceOf(string name)
    {
        var parts = name.Split('.');
        return parts.Length > 2 && name.StartsWith(Product + ".", StringComparison.Ordinal) ? parts[2] : null;
    }

    // A using directive, static or not; a name written out; a name written from Aurora.Functions on.
    [GeneratedRegex(
        @"\bAurora\.Functions\.(?<slice>[A-Z]\w+)(?:(?<inner>\.[A-Z]\w+);)?|(?<![\w.""])(?<slice>Operations|Ingest|Routing|Groups|Warmer|Conversations|Outbound|Outbox|Channels)\.[A-Z]\w+",
        RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 5_000)]
    private static partial Regex NamedSlice();
}
