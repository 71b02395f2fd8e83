using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Aurora.Functions.Channels;

/// <summary>Writes inbound items for storage. Both documents carry a schema version.</summary>
internal static class InboundJson
{
    private const int SchemaVersion = 1;
    private const int MaxKeptText = 4096;

    /// <summary>The metadata of a CRM event: everything the item says except what the event has columns for.</summary>
    public static string Metadata(InboundItem item, ChannelAccount account)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("v", SchemaVersion);
            json.WriteString("tenant_id", account.TenantId);
            json.WriteString("channel", account.Channel);
            json.WriteString("account_id", account.AccountId);
            json.WriteString("event_id", item.EventId);
            Core(json, item);
            Optional(json, "type", item.MessageType);
            Optional(json, "reply_to", item.ReplyToMessageId);
            Optional(json, "action_id", item.ActionId);
            Optional(json, "unsupported", item.Unsupported);
            Optional(json, "profile_name", item.ProfileName);
            WriteMedia(json, item.Media);
            if (item.Location is { } place)
            {
                json.WriteStartObject("location");
                json.WritePropertyName("lat");
                json.WriteRawValue(place.Latitude);
                json.WritePropertyName("lon");
                json.WriteRawValue(place.Longitude);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>
    /// The detail of an inbox row: small. <paramref name="withText"/> keeps the text, cut, of a message nobody else stores.
    /// </summary>
    public static string Detail(InboundItem item, bool withText)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("v", SchemaVersion);
            Core(json, item);
            Optional(json, "target_message_id", item.TargetMessageId);
            Optional(json, "action", item.Action);
            Optional(json, "emoji", item.Emoji);
            Optional(json, "error_code", item.ErrorCode);
            Optional(json, "callback_data", item.CallbackData);
            if (item.IsGroup)
            {
                json.WriteBoolean("is_group", true);
            }

            WriteMedia(json, item.Media);
            if (withText)
            {
                Optional(json, "type", item.MessageType);
                Optional(json, "text", Cut(item.Text));
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Core(Utf8JsonWriter json, InboundItem item)
    {
        Optional(json, "message_id", item.ProviderMessageId);
        Optional(json, "conversation_id", item.ConversationId);
        Optional(json, "sender_id", item.SenderId);
        Optional(json, "sender_user_id", item.SenderUserId);
        if (item.OccurredAt is { } at)
        {
            json.WriteString("occurred_at", at);
        }
    }

    private static void WriteMedia(Utf8JsonWriter json, IReadOnlyList<InboundMedia> media)
    {
        if (media.Count == 0)
        {
            return;
        }

        json.WriteStartArray("media");
        foreach (var file in media)
        {
            json.WriteStartObject();
            Optional(json, "id", file.Id);
            Optional(json, "mime", file.Mime);
            Optional(json, "file_name", file.FileName);
            Optional(json, "url", file.Url);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Optional(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static string? Cut(string? text) =>
        text is null || text.Length <= MaxKeptText ? text
        : text[..(char.IsHighSurrogate(text[MaxKeptText - 1]) ? MaxKeptText - 1 : MaxKeptText)];
}
