using System.Text.Json;
using Aurora.Functions.Outbox;

namespace Aurora.Functions.Routing.Specialists;

/// <summary>What specialists see of a message: six stable keys, always present, immutable.</summary>
/// <param name="TraceId">The message's trace id, never missing.</param>
/// <param name="IngestEventId">The ingest event, or null.</param>
/// <param name="ContactId">The contact, or null.</param>
/// <param name="RawContent">The text, empty when missing.</param>
/// <param name="Source">Where it came from, <c>unknown</c> when missing.</param>
/// <param name="Metadata">The caller's metadata, an empty object when missing.</param>
internal sealed record MessageContext(
    string TraceId, string? IngestEventId, string? ContactId, string RawContent, string Source, JsonElement Metadata);

/// <summary>A stored payload that specialists cannot be given.</summary>
internal sealed class MalformedPayloadException(string message) : Exception(message);

/// <summary>Turns a stored payload into a <see cref="MessageContext"/>. Pure.</summary>
internal static class MessageContextRules
{
    private static readonly JsonElement EmptyObject = JsonElement.Parse("{}");

    /// <summary>The context of a row.</summary>
    /// <exception cref="MalformedPayloadException">The payload is no object, or a key holds the wrong type.</exception>
    public static MessageContext Normalise(OutboxItem item) => Normalise(item.TraceId, item.PayloadJson);

    /// <summary>The context of a payload; keys that are not among the six are dropped.</summary>
    /// <exception cref="MalformedPayloadException">The payload is no object, or a key holds the wrong type.</exception>
    public static MessageContext Normalise(string traceId, string payloadJson)
    {
        JsonElement payload;
        try
        {
            payload = JsonElement.Parse(payloadJson);
        }
        catch (JsonException)
        {
            // The parser's message may quote the payload.
            throw new MalformedPayloadException("The payload is not JSON.");
        }

        if (payload.ValueKind != JsonValueKind.Object)
        {
            throw new MalformedPayloadException("The payload is not an object.");
        }

        return new MessageContext(
            traceId,
            Text(payload, "ingest_event_id"),
            Text(payload, "contact_id"),
            Text(payload, "raw_content") ?? "",
            Text(payload, "source") ?? "unknown",
            Metadata(payload));
    }

    private static string? Text(JsonElement payload, string key)
    {
        if (!payload.TryGetProperty(key, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : throw new MalformedPayloadException($"The payload's '{key}' is not a string.");
    }

    private static JsonElement Metadata(JsonElement payload)
    {
        if (!payload.TryGetProperty("metadata", out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return EmptyObject;
        }

        return value.ValueKind == JsonValueKind.Object
            ? value
            : throw new MalformedPayloadException("The payload's 'metadata' is not an object.");
    }
}
