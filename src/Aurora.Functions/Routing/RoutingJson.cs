using System.Text.Json;
using System.Text.Json.Serialization;

namespace Aurora.Functions.Routing;

/// <summary>JSON of what routing stores.</summary>
[JsonSerializable(typeof(List<string>))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(Dictionary<string, JsonElement>))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, JsonElement>))]
internal sealed partial class RoutingJson : JsonSerializerContext;
