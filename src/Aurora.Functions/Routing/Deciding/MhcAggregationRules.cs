using System.Text.Json;
using Aurora.Functions.Routing.Specialists;

namespace Aurora.Functions.Routing.Deciding;

/// <summary>How one specialist of a run ended: an answer, or the failure of its last try.</summary>
/// <param name="Name">The registered name.</param>
/// <param name="Result">Its answer, when it gave one.</param>
/// <param name="ErrorType">Full name of the exception's type otherwise.</param>
/// <param name="ErrorMessage">The exception's message; used only when the type is our own.</param>
internal sealed record SpecialistOutcome(string Name, SpecialistResult? Result, string? ErrorType = null, string? ErrorMessage = null);

/// <summary>What a run of specialists adds up to.</summary>
/// <param name="Decision">BLOCK or PROCEED; null when safety did not check the message.</param>
/// <param name="EnrichedContext">Specialist name to its data, and <c>errors</c> when there are any.</param>
/// <param name="ScoreDelta">Sum of the impacts.</param>
/// <param name="Errors">One entry per failed specialist.</param>
/// <param name="UncheckedBecause">Why there is no decision.</param>
internal sealed record Aggregation(
    string? Decision,
    IReadOnlyDictionary<string, JsonElement> EnrichedContext,
    int ScoreDelta,
    IReadOnlyList<string> Errors,
    string? UncheckedBecause);

/// <summary>Fans the specialists' answers in to one decision. Pure; answers come in the order of registration.</summary>
internal static class MhcAggregationRules
{
    /// <summary>The message must not proceed.</summary>
    public const string Block = "BLOCK";

    /// <summary>The message may proceed.</summary>
    public const string Proceed = "PROCEED";

    private const string OwnTypes = "Aurora.";
    private const int MaxEntryLength = 500;

    /// <summary>One decision, or the reason why there can be none.</summary>
    public static Aggregation Aggregate(IReadOnlyList<SpecialistOutcome> outcomes)
    {
        var context = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        var errors = new List<string>();
        var delta = 0L;
        foreach (var outcome in outcomes)
        {
            if (outcome.Result is { } result && result.ProcessorName == outcome.Name)
            {
                context[outcome.Name] = result.Data;
                delta += result.ScoreImpact;
            }
            else
            {
                errors.Add(Describe(outcome));
            }
        }

        if (errors.Count > 0)
        {
            context[SpecialistCatalogue.ReservedName] = JsonSerializer.SerializeToElement(errors, RoutingJson.Default.ListString);
        }

        var safety = outcomes.FirstOrDefault(static o => o.Name == SafetyRules.Name);
        var (decision, reason) = Decide(safety);
        return new Aggregation(decision, context, (int)Math.Clamp(delta, int.MinValue, int.MaxValue), errors, reason);
    }

    /// <summary>A failed specialist's entry: its name, exception type and stable code; words only of our own exceptions.</summary>
    public static string Describe(SpecialistOutcome outcome)
    {
        var type = outcome.ErrorType ?? typeof(SpecialistContractException).FullName!;
        var code = type switch
        {
            "System.TimeoutException" => "specialist_timeout",
            _ when type == typeof(SpecialistContractException).FullName => "specialist_contract",
            _ when type == typeof(MalformedPayloadException).FullName => "payload_malformed",
            _ => "specialist_failed",
        };
        var words = type.StartsWith(OwnTypes, StringComparison.Ordinal) && outcome.ErrorMessage is { Length: > 0 } message
            ? $": {message}"
            : "";
        var entry = $"{outcome.Name}: {type} ({code}){words}".Replace("\0", "", StringComparison.Ordinal);
        return entry.Length <= MaxEntryLength ? entry : entry[..MaxEntryLength];
    }

    private static (string? Decision, string? UncheckedBecause) Decide(SpecialistOutcome? safety) => safety switch
    {
        null => (null, "no safety specialist is registered"),
        { Result: null } => (null, Describe(safety)),
        { Result: { } r } when r.ProcessorName != SafetyRules.Name => (null, Describe(safety)),
        { Result.Status: SpecialistStatus.Block } => (Block, null),
        { Result.Status: SpecialistStatus.Success } => (Proceed, null),
        { Result.Status: SpecialistStatus.Skip } => (null, "safety skipped the message"),
        { Result.Status: SpecialistStatus.Error } => (null, "safety could not check the message"),
        _ => throw new ArgumentOutOfRangeException(nameof(safety)),
    };
}
