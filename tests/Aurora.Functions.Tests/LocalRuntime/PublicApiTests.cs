using Aurora.TestKit.PublicApi;
using Microsoft.DurableTask;
using Xunit;

namespace Aurora.Functions.Tests.LocalRuntime;

/// <summary>
/// An app that compiles against the local runtime compiles against the packages: nothing here that is not there, and
/// of Durable Task nothing missing but what <see cref="DurableTaskOmissions"/> explains.
/// </summary>
public sealed class PublicApiTests
{
    private static readonly IReadOnlyDictionary<string, PublicApiType> Listed = PublicApiList.Read();

    private static readonly IReadOnlyDictionary<string, PublicApiType> Exported = typeof(TaskName).Assembly
        .GetExportedTypes()
        .Where(type => IsPackageNamespace(type.Namespace))
        .Select(PublicApiPrinter.Print)
        .ToDictionary(type => type.Name, StringComparer.Ordinal);

    [Fact]
    public void ExportedTypes_EachOne_IsATypeOfThePackages()
    {
        var unknown = Exported.Keys.Where(name => !Listed.ContainsKey(name));

        AssertNone(unknown);
    }

    [Fact]
    public void ExportedTypes_KindAndBases_AreThoseOfThePackages()
    {
        var differences = Known()
            .Where(pair => pair.Ours.Kind != pair.Theirs.Kind || !pair.Ours.Bases.SetEquals(pair.Theirs.Bases))
            .Select(pair => $"{Opening(pair.Ours)}  instead of  {Opening(pair.Theirs)}");

        AssertNone(differences);
    }

    [Fact]
    public void ExportedMembers_EachOne_IsAMemberOfThePackages()
    {
        var unknown = Known()
            .SelectMany(pair => pair.Ours.Members.Except(pair.Theirs.Members).Select(member => $"{pair.Ours.Name}: {member}"))
            .Order(StringComparer.Ordinal);

        AssertNone(unknown);
    }

    [Fact]
    public void DurableTaskTypes_EachListedOne_IsExportedOrLeftOutForAReason()
    {
        var missing = Listed.Values
            .Where(type => IsDurableTask(type.Name))
            .Where(type => !Exported.ContainsKey(type.Name) && !DurableTaskOmissions.Covers(type.Name))
            .Select(type => type.Name);

        AssertNone(missing);
    }

    [Fact]
    public void DurableTaskMembers_EachListedOne_IsExportedOrLeftOutForAReason()
    {
        var missing = Known()
            .Where(pair => IsDurableTask(pair.Ours.Name))
            .SelectMany(pair => pair.Theirs.Members.Except(pair.Ours.Members)
                .Where(member => !DurableTaskOmissions.Covers(pair.Ours.Name, member))
                .Select(member => $"{pair.Ours.Name}: {member}"))
            .Order(StringComparer.Ordinal);

        AssertNone(missing);
    }

    [Fact]
    public void DurableTaskOmissions_EachOne_IsListedAndNotExported()
    {
        var stale = DurableTaskOmissions.All
            .Where(omission => omission.Member is null
                ? !Listed.ContainsKey(omission.Type) || Exported.ContainsKey(omission.Type)
                : !Listed[omission.Type].Members.Any(member => omission.Covers(omission.Type, member))
                    || Exported[omission.Type].Members.Any(member => omission.Covers(omission.Type, member)))
            .Select(omission => $"{omission.Type}: {omission.Member}");

        AssertNone(stale);
    }

    private static void AssertNone(IEnumerable<string> findings)
    {
        var lines = findings.ToList();
        Assert.True(lines.Count == 0, string.Join(Environment.NewLine, lines));
    }

    private static IEnumerable<(PublicApiType Ours, PublicApiType Theirs)> Known()
        => Exported.Values.Where(ours => Listed.ContainsKey(ours.Name)).Select(ours => (ours, Listed[ours.Name]));

    private static string Opening(PublicApiType type)
        => $"{type.Kind} {type.Name} : {string.Join(", ", type.Bases.Order(StringComparer.Ordinal))}";

    private static bool IsPackageNamespace(string? name)
        => name is not null && (name.StartsWith("Microsoft.", StringComparison.Ordinal) || IsDurableTask(name + "."));

    private static bool IsDurableTask(string name)
        => name.StartsWith("Microsoft.DurableTask.", StringComparison.Ordinal)
            || name.StartsWith("DurableTask.", StringComparison.Ordinal);
}
