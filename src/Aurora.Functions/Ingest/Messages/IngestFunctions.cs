using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Aurora.Functions.Ingest.Messages;

/// <summary>The triggers of the slice that callers with a key use.</summary>
internal sealed class IngestFunctions(MessageEndpoint messages)
{
    /// <summary>Accepts one message of any source.</summary>
    [Function("IngestMessage")]
    public Task<IResult> IngestMessage(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "ingest/message")] HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return messages.AcceptAsync(request, request.HttpContext.RequestAborted);
    }
}
