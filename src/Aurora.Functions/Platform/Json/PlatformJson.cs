using System.Text.Json;
using System.Text.Json.Serialization;

namespace Aurora.Functions.Platform.Json;

/// <summary>The JSON conventions of the HTTP surface and of stored payloads: snake_case names, no nulls, enums as text.</summary>
internal static class PlatformJson
{
    /// <summary>Base for each slice's source-generated context: <c>new XJsonContext(PlatformJson.NewOptions())</c>.</summary>
    public static JsonSerializerOptions NewOptions() => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };
}
