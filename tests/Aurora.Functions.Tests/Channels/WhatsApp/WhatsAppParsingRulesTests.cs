using System.Globalization;
using System.Text;
using System.Text.Json;
using Aurora.Functions.Channels;
using Aurora.Functions.Channels.WhatsApp;
using Aurora.TestKit;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Aurora.Functions.Tests.Channels.WhatsApp;

public sealed class WhatsAppParsingRulesTests
{
    public static TheoryData<string> Samples() => [.. SamplePayloads.Of("whatsapp_cloud", "inbound").Select(s => s.File)];

    [Theory]
    [MemberData(nameof(Samples))]
    public void Parse_Sample_GivesTheCanonicalItemsOfTheManifest(string file)
    {
        var sample = SamplePayloads.Get(file);

        var items = WhatsAppParsingRules.Parse(sample.Bytes).Items
            .Where(i => i.Kind != InboundKind.MessageFailed)
            .Select(Canonical)
            .ToArray();

        var expected = sample.Expected.EnumerateArray().Select(Canonical).ToArray();
        Assert.Equal(expected, items);
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void IsSigned_Sample_WithItsHeader(string file)
    {
        var sample = SamplePayloads.Get(file);
        var headers = new HeaderDictionary();
        foreach (var (name, value) in sample.Headers)
        {
            headers[name] = value;
        }

        Assert.True(new WhatsAppCloudAdapter().IsSigned(headers, sample.Bytes, sample.Secret!));
        Assert.False(new WhatsAppCloudAdapter().IsSigned(headers, sample.Bytes.AsSpan()[1..], sample.Secret!));
    }

    [Fact]
    public void Parse_FailedStatus_IsKeptWithCodeAndOurOwnWords()
    {
        var item = Assert.Single(WhatsAppParsingRules.Parse(SamplePayloads.Get("whatsapp_cloud/status-failed.json").Bytes).Items);

        Assert.Equal(InboundKind.MessageFailed, item.Kind);
        Assert.Equal("wac:800700600500400:s:wamid.FAKEOUT801:failed", item.EventId);
        Assert.Equal("131047", item.ErrorCode);
        Assert.Equal("outbox-42", item.CallbackData);
    }

    [Fact]
    public void Parse_BatchWithAnotherField_CountsIt()
    {
        var content = WhatsAppParsingRules.Parse(SamplePayloads.Get("whatsapp_cloud/batch-mixed.json").Bytes);

        Assert.Equal(1, content.Ignored[IgnoredReason.OtherField]);
        Assert.Equal(3, content.Items.Count);
    }

    [Fact]
    public void Parse_SentStatus_IsCountedOnly()
    {
        var content = WhatsAppParsingRules.Parse(SamplePayloads.Get("whatsapp_cloud/status-sent.json").Bytes);

        Assert.Empty(content.Items);
        Assert.Equal(1, content.Ignored[IgnoredReason.OtherStatus]);
    }

    [Fact]
    public void Parse_PhoneAndUserId_AreAliasesOfOnePerson()
    {
        var item = Single("""{"from":"551188887777","from_user_id":"BR.1","id":"wamid.1","type":"text","text":{"body":"oi"}}""");

        Assert.Equal("551188887777", item.SenderId);
        Assert.Equal(["5511988887777", "BR.1"], item.Aliases);
    }

    [Fact]
    public void Parse_GroupReceipt_CarriesTheParticipant()
    {
        var items = Parse(
            statuses: """
            {"id":"wamid.2","status":"read","timestamp":"1767268800","recipient_id":"group-1","recipient_type":"group",
             "recipient_participant_id":"5511988887777"}
            """).Items;

        var item = Assert.Single(items);
        Assert.Equal("wac:800:s:wamid.2:read:5511988887777", item.EventId);
        Assert.True(item.IsGroup);
    }

    [Fact]
    public void Parse_UnknownType_IsAnEmptyMessageThatSaysSo()
    {
        var item = Single("""{"from":"5511988887777","id":"wamid.1","type":"hologram","hologram":{"x":1}}""");

        Assert.Equal(InboundKind.MessageReceived, item.Kind);
        Assert.Equal("hologram", item.Unsupported);
        Assert.Null(item.Text);
    }

    [Fact]
    public void Parse_MediaWithoutId_IsNumbered()
    {
        var items = Parse("""{"from":"5511988887777","id":"wamid.1","type":"image","image":{"mime_type":"image/png"}}""").Items;

        Assert.Equal("wac:800:m:wamid.1:media:0", items[1].EventId);
    }

    [Theory]
    [InlineData("1767268800", "2026-01-01T12:00:00Z")]
    [InlineData("1767268800123", "2026-01-01T12:00:00.123Z")]
    [InlineData("-1", null)]
    [InlineData("99999999999999999999", null)]
    [InlineData("999999999999999999", null)]
    [InlineData("soon", null)]
    public void Parse_Timestamp_IsSecondsOrMilliseconds(string timestamp, string? expected)
    {
        var item = Single($$$"""{"from":"5511988887777","id":"wamid.1","timestamp":"{{{timestamp}}}","type":"text","text":{"body":"oi"}}""");

        Assert.Equal(expected is null ? null : DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture), item.OccurredAt);
    }

    [Fact]
    public void Parse_TextThatCannotBeStored_KeepsTheMessage()
    {
        var item = Single("""{"from":"5511988887777","id":"wamid.1","type":"text","text":{"body":"a\u0000b\ud83dc\ud83d\ude00"}}""");

        Assert.Equal("a\ufffdb\ufffdc\U0001F600", item.Text);
    }

    [Fact]
    public void Parse_NameWithHalfAPair_LosesNothingElse()
    {
        var content = Parse(
            """{"\ud800":1,"from":"5511988887777","id":"wamid.1","type":"text"},{"from":"5511988887777","id":"wamid.2","type":"text","text":{"body":"oi"}}""");

        Assert.Contains(content.Items, i => i.ProviderMessageId == "wamid.2");
    }

    [Fact]
    public void Parse_IdTooLongForAKey_IsCounted()
    {
        var content = Parse($$$"""{"from":"5511988887777","id":"{{{new string('x', 600)}}}","type":"text","text":{"body":"oi"}}""");

        Assert.Empty(content.Items);
        Assert.Equal(1, content.Ignored[IgnoredReason.UnknownShape]);
    }

    [Fact]
    public void Parse_ChannelErrors_AreReported()
    {
        const string Body =
            """{"object":"whatsapp_business_account","entry":[{"changes":[{"field":"messages","value":{"metadata":{"phone_number_id":"800"},"errors":[{"code":130429,"title":"x"}]}}]}]}""";

        var content = WhatsAppParsingRules.Parse(Encoding.UTF8.GetBytes(Body));

        Assert.Equal(["130429"], content.ChannelErrors);
        Assert.Equal(1, content.Ignored[IgnoredReason.ChannelError]);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("1")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("{\"object\":\"page\",\"entry\":[]}")]
    [InlineData("{\"object\":\"whatsapp_business_account\",\"entry\":{}}")]
    [InlineData("{\"object\":\"whatsapp_business_account\",\"entry\":[1]}")]
    [InlineData("{\"object\":\"whatsapp_business_account\",\"entry\":[{\"changes\":[{\"field\":\"messages\",\"value\":[]}]}]}")]
    public void Parse_UnknownShape_IsCountedNotRefused(string body)
    {
        var content = WhatsAppParsingRules.Parse(Encoding.UTF8.GetBytes(body));

        Assert.Empty(content.Items);
        Assert.Equal(1, content.Ignored[IgnoredReason.UnknownShape]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("nul")]
    [InlineData("{\"object\":NaN}")]
    public void Parse_NotJson_Throws(string body) =>
        Assert.Throws<WebhookBodyException>(() => WhatsAppParsingRules.Parse(Encoding.UTF8.GetBytes(body)));

    [Fact]
    public void Parse_DeeperThan32_Throws()
    {
        var body = new string('[', 33) + new string(']', 33);

        Assert.Throws<WebhookBodyException>(() => WhatsAppParsingRules.Parse(Encoding.UTF8.GetBytes(body)));
    }

    [Fact]
    public void Parse_DamagedSamples_GivesItemsOrSaysWhyNot()
    {
        var bodies = SamplePayloads.Of("whatsapp_cloud", "inbound").Select(s => s.Bytes).ToArray();
        var damaged =
            from body in Gen.Elements(bodies)
            from place in Gen.Choose(0, body.Length - 1)
            from length in Gen.Choose(0, 40)
            from bytes in Gen.ArrayOf(Gen.Choose(0, 255), length / 4)
            select (byte[])[.. body[..place], .. bytes.Select(b => (byte)b), .. body[Math.Min(body.Length, place + length)..]];

        Prop.ForAll(damaged.ToArbitrary(), body =>
        {
            try
            {
                var content = WhatsAppParsingRules.Parse(body);
                return content.Items.All(i => i.EventId.Length > 0 && !i.EventId.Contains('\0', StringComparison.Ordinal));
            }
            catch (WebhookBodyException)
            {
                return true;
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    private static InboundItem Single(string message) => Assert.Single(Parse(message).Items);

    private static WebhookContent Parse(string messages = "", string statuses = "") => WhatsAppParsingRules.Parse(Encoding.UTF8.GetBytes(
        $$$"""
        {"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{
            "metadata":{"phone_number_id":"800"},"messages":[{{{messages}}}],"statuses":[{{{statuses}}}]}}]}]}
        """));

    private static string Canonical(InboundItem item)
    {
        var fields = new SortedDictionary<string, string?>(StringComparer.Ordinal)
        {
            ["kind"] = item.Kind.ToString(),
            ["eventId"] = item.EventId,
            ["accountId"] = item.AccountId,
            ["senderId"] = item.SenderId,
            ["senderUserId"] = item.SenderUserId,
            ["conversationId"] = item.ConversationId,
            ["providerMessageId"] = item.ProviderMessageId,
            ["occurredAt"] = item.OccurredAt?.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
            ["text"] = item.Text,
            ["media"] = item.Media.Count == 0 ? null : string.Join(';', item.Media.Select(m => $"{m.Id},{m.Mime},{m.FileName},{m.Url}")),
            ["location"] = item.Location is { } at ? $"{at.Latitude},{at.Longitude}" : null,
            ["replyToMessageId"] = item.ReplyToMessageId,
            ["actionId"] = item.ActionId,
            ["targetMessageId"] = item.TargetMessageId,
            ["emoji"] = item.Emoji,
            ["action"] = item.Action,
            ["isGroup"] = item.IsGroup ? "True" : null,
            ["edited"] = item.IsEdited ? "True" : null,
            ["unsupported"] = item.Unsupported,
        };
        return Print(fields);
    }

    private static string Canonical(JsonElement expected)
    {
        var fields = new SortedDictionary<string, string?>(StringComparer.Ordinal);
        foreach (var field in expected.EnumerateObject())
        {
            fields[field.Name] = field.Name switch
            {
                "media" => string.Join(';', field.Value.EnumerateArray().Select(m =>
                    $"{Text(m, "id")},{Text(m, "mime")},{Text(m, "fileName")},{Text(m, "url")}")),
                "location" => $"{field.Value.GetProperty("lat").GetRawText()},{field.Value.GetProperty("lon").GetRawText()}",
                _ => field.Value.ValueKind == JsonValueKind.Null ? null : field.Value.ToString(),
            };
        }

        return Print(fields);
    }

    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static string Print(SortedDictionary<string, string?> fields) =>
        string.Join('\n', fields.Where(f => f.Value is not null).Select(f => $"{f.Key}={f.Value}"));
}
