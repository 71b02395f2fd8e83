using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Aurora.Functions.Ingest.Webhooks;

/// <summary>The triggers of the slice that providers call; they prove themselves by handshake and signature.</summary>
internal sealed class WebhookFunctions(WebhookEndpoint webhooks)
{
    /// <summary>The provider's handshake (GET) and its deliveries (POST).</summary>
    [Function("ReceiveWebhook")]
    public Task<IResult> ReceiveWebhook(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "post", Route = "webhooks/{channel}/{account?}")] HttpRequest request,
        string channel,
        string? account)
    {
        ArgumentNullException.ThrowIfNull(request);
        return HttpMethods.IsGet(request.Method)
            ? webhooks.AnswerHandshakeAsync(request, channel, account, request.HttpContext.RequestAborted)
            : webhooks.AcceptAsync(request, channel, account, request.HttpContext.RequestAborted);
    }
}
