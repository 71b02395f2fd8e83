using System.Text.Json.Serialization;

namespace Aurora.Functions.Operations;

/// <summary>Generated serializers of the operators' answers.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(MessageTrace))]
[JsonSerializable(typeof(OutboxOverview))]
[JsonSerializable(typeof(RetryAnswer))]
[JsonSerializable(typeof(HealthAnswer))]
internal sealed partial class OperationsJsonContext : JsonSerializerContext;
