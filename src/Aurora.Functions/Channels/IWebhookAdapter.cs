using Microsoft.AspNetCore.Http;

namespace Aurora.Functions.Channels;

/// <summary>One provider's webhook: who may call it, and what its calls say. No I/O; one implementation per channel.</summary>
internal interface IWebhookAdapter
{
    /// <summary>The <c>{channel}</c> of the route.</summary>
    string Slug { get; }

    /// <summary>The channel as it is stored.</summary>
    string Channel { get; }

    /// <summary>The <c>source</c> of its ingest events: decides which column identifies a contact.</summary>
    string Source { get; }

    /// <summary>Channels of one family share their users' ids.</summary>
    string Family { get; }

    /// <summary>
    /// The body of the answer to the provider's handshake, or <see langword="null"/> when none of the verify tokens is the
    /// one it must be, or when this is no handshake.
    /// </summary>
    string? AnswerHandshake(IQueryCollection query, IReadOnlyCollection<string> verifyTokens);

    /// <summary>Whether the raw bytes were signed with this secret.</summary>
    bool IsSigned(IHeaderDictionary headers, ReadOnlySpan<byte> body, string appSecret);

    /// <summary>Splits a call into items. Shapes it does not know are counted, never refused.</summary>
    /// <exception cref="WebhookBodyException">The body is not JSON, or nested too deep.</exception>
    WebhookContent Parse(ReadOnlyMemory<byte> body);
}
