using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Aurora.Functions.Routing.Specialists;

/// <summary>How a specialist ended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SpecialistStatus>))]
internal enum SpecialistStatus
{
    /// <summary>Looked at the message.</summary>
    [JsonStringEnumMemberName("SUCCESS")]
    Success,

    /// <summary>Says the message must not proceed; heard from safety alone.</summary>
    [JsonStringEnumMemberName("BLOCK")]
    Block,

    /// <summary>Did not look.</summary>
    [JsonStringEnumMemberName("SKIP")]
    Skip,

    /// <summary>Could not look.</summary>
    [JsonStringEnumMemberName("ERROR")]
    Error,
}

/// <summary>One specialist's answer.</summary>
/// <param name="ProcessorName">The specialist's registered name.</param>
/// <param name="Status">How it ended.</param>
/// <param name="Data">An object that becomes part of the enriched context.</param>
/// <param name="ScoreImpact">Its part of the safety score's delta.</param>
internal sealed record SpecialistResult(string ProcessorName, SpecialistStatus Status, JsonElement Data, int ScoreImpact = 0)
{
    /// <summary>An answer whose data are written as a JSON object.</summary>
    public static SpecialistResult Of(string name, SpecialistStatus status, JsonObject data, int scoreImpact = 0) =>
        new(name, status, JsonElement.Parse(data.ToJsonString()), scoreImpact);
}

/// <summary>The input of every specialist activity: which claim to look at. The payload stays in the database.</summary>
internal sealed record SpecialistCall(string OutboxId, int Attempt);
