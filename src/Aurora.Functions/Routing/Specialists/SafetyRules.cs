using System.Text.Json.Nodes;

namespace Aurora.Functions.Routing.Specialists;

/// <summary>The safety specialist's rule: words of somebody about to leave. Literal, without stemming or accent folding.</summary>
internal static class SafetyRules
{
    /// <summary>The name that alone may block.</summary>
    public const string Name = "safety";

    private const int BlockImpact = -50;
    private static readonly string[] Words = ["cancelar", "reclamar", "procon"];

    /// <summary>The verdict on a text.</summary>
    public static SpecialistResult Check(string rawContent)
    {
        var isAtRisk = Array.Exists(Words, word => rawContent.Contains(word, StringComparison.OrdinalIgnoreCase));
        return isAtRisk
            ? SpecialistResult.Of(
                Name,
                SpecialistStatus.Block,
                new JsonObject
                {
                    ["flag"] = "high_churn_risk",
                    ["reason"] = "negative_sentiment_detected",
                    ["triggers"] = new JsonArray("cancelar/reclamar/procon"),
                },
                BlockImpact)
            : SpecialistResult.Of(Name, SpecialistStatus.Success, new JsonObject { ["flag"] = "clean" });
    }
}
