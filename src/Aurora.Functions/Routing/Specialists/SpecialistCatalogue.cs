namespace Aurora.Functions.Routing.Specialists;

/// <summary>A registered specialist: the name its result carries and the activity that runs it.</summary>
internal sealed record Specialist(string Name, string Activity);

/// <summary>
/// The registered specialists in order. The list travels in the input of each orchestration, so a running one keeps the list it
/// started with when a deployment changes it.
/// </summary>
internal sealed class SpecialistCatalogue
{
    /// <summary>The key of failed specialists in the enriched context; no specialist may be called so.</summary>
    public const string ReservedName = "errors";

    public SpecialistCatalogue(IEnumerable<Specialist> specialists)
    {
        All = [.. specialists];
        if (FindMistake(All) is { } mistake)
        {
            throw new InvalidOperationException(mistake);
        }
    }

    /// <summary>The specialists in the order of their registration, which is the order of results.</summary>
    public IReadOnlyList<Specialist> All { get; }

    /// <summary>What is wrong with a list of specialists, if anything; asked when the app starts.</summary>
    public static string? FindMistake(IEnumerable<Specialist> specialists)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var specialist in specialists)
        {
            if (string.IsNullOrWhiteSpace(specialist.Name) || specialist.Name == ReservedName)
            {
                return $"'{specialist.Name}' is no name for a specialist.";
            }

            if (!names.Add(specialist.Name))
            {
                return $"Two specialists are called '{specialist.Name}'.";
            }
        }

        return null;
    }
}
