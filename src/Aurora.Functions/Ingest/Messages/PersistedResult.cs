using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Aurora.Functions.Ingest.Messages;

/// <summary>The answer to an accepted message.</summary>
internal sealed class PersistedResult(Guid eventId, string contactId, Guid traceId, Guid outboxId)
    : IResult, IStatusCodeHttpResult
{
    private const int TypicalSize = 256;

    public int? StatusCode => StatusCodes.Status200OK;

    public Guid EventId => eventId;

    public string ContactId => contactId;

    public Guid TraceId => traceId;

    public Guid OutboxId => outboxId;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        var buffer = new ArrayBufferWriter<byte>(TypicalSize);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("event_id"u8, eventId);
            json.WriteString("contact_id"u8, contactId);
            json.WriteString("status"u8, "persisted"u8);
            json.WriteString("trace_id"u8, traceId);
            json.WriteString("outbox_id"u8, outboxId);
            json.WriteEndObject();
        }

        var response = httpContext.Response;
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = buffer.WrittenCount;
        await response.Body.WriteAsync(buffer.WrittenMemory, httpContext.RequestAborted);
    }
}
