using Microsoft.AspNetCore.Http;

namespace Aurora.Functions.Channels.WhatsApp;

/// <summary>The webhook of the WhatsApp Cloud API.</summary>
internal sealed class WhatsAppCloudAdapter : IWebhookAdapter
{
    public const string ChannelName = "whatsapp";
    public const string FamilyName = "whatsapp";
    private const int MaxChallengeLength = 1024;

    public string Slug => "whatsapp";

    public string Channel => ChannelName;

    public string Source => "whatsapp";

    public string Family => FamilyName;

    public string? AnswerHandshake(IQueryCollection query, IReadOnlyCollection<string> verifyTokens)
    {
        var challenge = query["hub.challenge"].ToString();
        if (query["hub.mode"] != "subscribe" || challenge.Length is 0 or > MaxChallengeLength)
        {
            return null;
        }

        // No early end: how long the search takes says nothing about which token it was.
        var token = query["hub.verify_token"].ToString();
        var isKnown = false;
        foreach (var expected in verifyTokens)
        {
            isKnown |= WhatsAppSignatureRules.IsSameToken(token, expected);
        }

        return isKnown ? challenge : null;
    }

    public bool IsSigned(IHeaderDictionary headers, ReadOnlySpan<byte> body, string appSecret) =>
        WhatsAppSignatureRules.IsSigned(headers[WhatsAppSignatureRules.Header], body, appSecret);

    public WebhookContent Parse(ReadOnlyMemory<byte> body) => WhatsAppParsingRules.Parse(body);
}
