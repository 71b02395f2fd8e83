// One thing: the reading of Meta's "messages" webhook; every branch is one line of the provider's description.
using System.Globalization;
using System.Text.Json;
using static Aurora.Functions.Channels.WhatsApp.WhatsAppJsonRules;

namespace Aurora.Functions.Channels.WhatsApp;

/// <summary>
/// Splits a Cloud API call into items. Pure. Ids come from the inner items alone: the provider batches anew when it delivers
/// again. What it cannot read it counts, and the rest of the call goes on.
/// </summary>
internal static class WhatsAppParsingRules
{
    private const int MaxDepth = 32;
    private const int MaxIdLength = 512;
    private const int MaxSenderLength = 256;
    private const int MaxChannelErrors = 10;

    /// <summary>Meta's words for messages that carry one file.</summary>
    private static readonly string[] MediaTypes = ["image", "audio", "video", "document", "sticker"];

    public static WebhookContent Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = MaxDepth });
            var call = new Call();
            Read(document.RootElement, call);
            return new WebhookContent(call.Items, call.Ignored, call.ChannelErrors);
        }
        catch (JsonException e)
        {
            throw new WebhookBodyException("invalid_json", e);
        }
    }

    private static void Read(JsonElement root, Call call)
    {
        if (Text(root, "object") != "whatsapp_business_account" || !TryArray(root, "entry", out var entries))
        {
            call.Ignore(IgnoredReason.UnknownShape);
            return;
        }

        foreach (var entry in entries.EnumerateArray())
        {
            if (!TryArray(entry, "changes", out var changes))
            {
                call.Ignore(IgnoredReason.UnknownShape);
                continue;
            }

            foreach (var change in changes.EnumerateArray())
            {
                if (Text(change, "field") is not { } field || !TryObject(change, "value", out var value))
                {
                    call.Ignore(IgnoredReason.UnknownShape);
                }
                else if (field != "messages")
                {
                    call.Ignore(IgnoredReason.OtherField);
                }
                else
                {
                    ReadValue(value, call);
                }
            }
        }
    }

    private static void ReadValue(JsonElement value, Call call)
    {
        if (TryArray(value, "errors", out var errors))
        {
            foreach (var error in errors.EnumerateArray())
            {
                call.Ignore(IgnoredReason.ChannelError);
                if (call.ChannelErrors.Count < MaxChannelErrors && Number(error, "code") is { Length: <= 10 } code)
                {
                    call.ChannelErrors.Add(code);
                }
            }
        }

        if (!TryObject(value, "metadata", out var metadata) || Id(metadata, "phone_number_id", MaxIdLength) is not { } account)
        {
            call.Ignore(IgnoredReason.UnknownShape);
            return;
        }

        if (TryArray(value, "messages", out var messages))
        {
            var contacts = Contacts(value);
            var place = 0;
            foreach (var message in messages.EnumerateArray())
            {
                ReadMessage(account, message, Contact(contacts, message, place++), call);
            }
        }

        if (TryArray(value, "statuses", out var statuses))
        {
            foreach (var status in statuses.EnumerateArray())
            {
                ReadStatus(account, status, call);
            }
        }
    }

    private static void ReadMessage(string account, JsonElement message, JsonElement contact, Call call)
    {
        var phone = Id(message, "from", MaxSenderLength) ?? Id(contact, "wa_id", MaxSenderLength);
        var userId = Id(message, "from_user_id", MaxSenderLength) ?? Id(contact, "user_id", MaxSenderLength);
        if (Id(message, "id", MaxIdLength) is not { } id || Text(message, "type") is not { } type || (phone ?? userId) is not { } sender)
        {
            call.Ignore(IgnoredReason.UnknownShape);
            return;
        }

        var group = Id(message, "group_id", MaxIdLength);
        var item = new InboundItem
        {
            Kind = InboundKind.MessageReceived,
            EventId = $"wac:{account}:m:{id}",
            AccountId = account,
            SenderId = sender,
            SenderUserId = group is null && phone is not null ? userId : null,
            Aliases = Aliases(phone, userId),
            ConversationId = group ?? sender,
            ProviderMessageId = id,
            OccurredAt = Time(message),
            MessageType = Bounded(type, 64),
            ReplyToMessageId = TryObject(message, "context", out var context) ? Id(context, "id", MaxIdLength) : null,
            IsGroup = group is not null,
            ProfileName = TryObject(contact, "profile", out var profile) ? Bounded(Text(profile, "name"), MaxSenderLength) : null,
        };

        if (type == "reaction")
        {
            call.Items.Add(Reaction(item, message));
            return;
        }

        item = WithContent(item, type, message);
        call.Items.Add(item);
        for (var i = 0; i < item.Media.Count; i++)
        {
            call.Items.Add(Uploaded(item, item.Media[i], i));
        }
    }

    private static InboundItem Reaction(InboundItem item, JsonElement message)
    {
        TryObject(message, "reaction", out var reaction);
        var emoji = Text(reaction, "emoji");

        // No emoji means that the reaction was taken away.
        return item with
        {
            Kind = InboundKind.ReactionReceived,
            ReplyToMessageId = null,
            TargetMessageId = Id(reaction, "message_id", MaxIdLength),
            Emoji = string.IsNullOrEmpty(emoji) ? null : Bounded(emoji, 64),
            Action = string.IsNullOrEmpty(emoji) ? "remove" : "add",
        };
    }

    private static InboundItem WithContent(InboundItem item, string type, JsonElement message)
    {
        TryObject(message, type, out var body);
        if (MediaTypes.Contains(type))
        {
            var file = new InboundMedia(
                Id(body, "id", MaxIdLength), Bounded(Text(body, "mime_type"), 128), Bounded(Text(body, "filename"), 512));
            return item with { Text = Text(body, "caption"), Media = [file] };
        }

        return type switch
        {
            "text" => item with { Text = Text(body, "body") },
            "location" => item with { Location = Place(body) },
            "interactive" => Chosen(item, body),
            "button" => item with { Text = Text(body, "text"), ActionId = Bounded(Text(body, "payload"), 512) },
            "order" => item with { Text = Text(body, "text") },
            "system" => item with { Text = Text(body, "body") },
            "contacts" => item,
            "unsupported" => item with { Unsupported = Bounded(Text(body, "type"), 64) ?? "unsupported" },
            _ => item with { Unsupported = Bounded(type, 64) },
        };
    }

    private static InboundItem Chosen(InboundItem item, JsonElement interactive)
    {
        var kind = Text(interactive, "type");
        if (kind is null || !TryObject(interactive, kind, out var reply))
        {
            return item with { Unsupported = "interactive" };
        }

        return item with
        {
            Text = Text(reply, "title") ?? Text(reply, "body"),
            ActionId = Bounded(Text(reply, "id") ?? Text(reply, "name"), 512),
        };
    }

    private static InboundLocation? Place(JsonElement body) =>
        Number(body, "latitude") is { } latitude && Number(body, "longitude") is { } longitude
        && double.TryParse(latitude, NumberStyles.Float, CultureInfo.InvariantCulture, out var lat) && double.IsFinite(lat)
        && double.TryParse(longitude, NumberStyles.Float, CultureInfo.InvariantCulture, out var lon) && double.IsFinite(lon)
        && Math.Abs(lat) <= 90 && Math.Abs(lon) <= 180 && latitude.Length <= 32 && longitude.Length <= 32
            ? new InboundLocation(latitude, longitude)
            : null;

    private static InboundItem Uploaded(InboundItem message, InboundMedia file, int index) => new()
    {
        Kind = InboundKind.MediaUploaded,
        EventId = $"{message.EventId}:media:{file.Id ?? index.ToString(CultureInfo.InvariantCulture)}",
        AccountId = message.AccountId,
        SenderId = message.SenderId,
        SenderUserId = message.SenderUserId,
        ConversationId = message.ConversationId,
        ProviderMessageId = message.ProviderMessageId,
        OccurredAt = message.OccurredAt,
        Media = [file with { FileName = null }],
        IsGroup = message.IsGroup,
    };

    private static void ReadStatus(string account, JsonElement status, Call call)
    {
        InboundKind? kind = Text(status, "status") switch
        {
            "delivered" => InboundKind.MessageDelivered,
            "read" => InboundKind.MessageRead,
            "failed" => InboundKind.MessageFailed,
            _ => null,
        };
        if (kind is null || Id(status, "id", MaxIdLength) is not { } id)
        {
            call.Ignore(Text(status, "status") is null || kind is not null ? IgnoredReason.UnknownShape : IgnoredReason.OtherStatus);
            return;
        }

        var recipient = Id(status, "recipient_id", MaxSenderLength) ?? Id(status, "recipient_user_id", MaxSenderLength);
        var participant = Id(status, "recipient_participant_id", MaxSenderLength);
        var suffix = participant is not null && kind != InboundKind.MessageFailed ? ":" + participant : "";
        var error = TryArray(status, "errors", out var errors) && errors.GetArrayLength() > 0 ? errors[0] : default;
        call.Items.Add(new InboundItem
        {
            Kind = kind.Value,
            EventId = $"wac:{account}:s:{id}:{Text(status, "status")}{suffix}",
            AccountId = account,
            SenderId = participant ?? recipient,
            ConversationId = recipient,
            ProviderMessageId = id,
            OccurredAt = Time(status),
            IsGroup = Text(status, "recipient_type") == "group",
            ErrorCode = kind == InboundKind.MessageFailed ? Bounded(Number(error, "code"), 32) : null,
            CallbackData = Bounded(Text(status, "biz_opaque_callback_data"), 512),
        });
    }

    /// <summary>The contacts by their ids, and by their place for a message that carries no id of its sender.</summary>
    private static Dictionary<string, JsonElement> Contacts(JsonElement value)
    {
        var byId = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        if (TryArray(value, "contacts", out var contacts))
        {
            var place = 0;
            foreach (var contact in contacts.EnumerateArray())
            {
                byId.TryAdd(Place(place++), contact);
                byId.TryAdd("phone:" + Text(contact, "wa_id"), contact);
                byId.TryAdd("user:" + Text(contact, "user_id"), contact);
            }
        }

        return byId;
    }

    private static JsonElement Contact(Dictionary<string, JsonElement> contacts, JsonElement message, int place)
    {
        var phone = Text(message, "from");
        var userId = Text(message, "from_user_id");
        return phone is not null && contacts.TryGetValue("phone:" + phone, out var contact) ? contact
            : userId is not null && contacts.TryGetValue("user:" + userId, out contact) ? contact
            : phone is null && userId is null && contacts.TryGetValue(Place(place), out contact) ? contact
            : default;
    }

    private static string Place(int index) => "place:" + index.ToString(CultureInfo.InvariantCulture);

    private static string[] Aliases(string? phone, string? userId) => (phone, userId) switch
    {
        (null, null) => [],
        ({ } number, null) => [UserIdRules.Canonical(number)],
        (null, { } id) => [id],
        ({ } number, { } id) => [UserIdRules.Canonical(number), id],
    };

    private sealed class Call
    {
        public List<InboundItem> Items { get; } = [];

        public Dictionary<IgnoredReason, int> Ignored { get; } = [];

        public List<string> ChannelErrors { get; } = [];

        public void Ignore(IgnoredReason reason) => Ignored[reason] = Ignored.GetValueOrDefault(reason) + 1;
    }
}
