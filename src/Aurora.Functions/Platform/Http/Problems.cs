using System.Globalization;
using System.Net.Mime;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace Aurora.Functions.Platform.Http;

/// <summary>One invalid field: where (a dotted path) and a stable code; never the value received.</summary>
internal readonly record struct FieldError(string Path, string Code);

/// <summary>The app's error answers: RFC 9457 problem details with a stable <c>code</c> and the trace id.</summary>
internal static class Problems
{
    /// <summary>A problem; <paramref name="title"/> is a fixed text per code and never holds anything received or internal.</summary>
    public static IResult Problem(
        int status,
        string code,
        string title,
        Guid? traceId = null,
        IReadOnlyList<FieldError>? errors = null,
        TimeSpan? retryAfter = null,
        Guid? eventId = null) =>
        new ProblemResult(new ProblemBody($"urn:aurora:problem:{code}", title, status, code, traceId, eventId, errors), retryAfter);

    /// <summary>422: the content is understood but not acceptable.</summary>
    public static IResult Invalid(Guid? traceId, params IReadOnlyList<FieldError> errors) => Problem(
        StatusCodes.Status422UnprocessableEntity, "invalid_content", "The content is not valid.", traceId, errors);

    /// <summary>503: the database is away, or the outcome of a commit is unknown; repeating is safe where the caller has a key.</summary>
    public static IResult DatabaseUnavailable(Guid? traceId) => Problem(
        StatusCodes.Status503ServiceUnavailable,
        "database_unavailable",
        "The database cannot be reached at the moment.",
        traceId,
        retryAfter: TimeSpan.FromSeconds(2));

    /// <summary>503: the queues are full; nothing was done.</summary>
    public static IResult Overloaded(Guid? traceId, TimeSpan retryAfter) => Problem(
        StatusCodes.Status503ServiceUnavailable, "overloaded", "Too many requests are waiting.", traceId, retryAfter: retryAfter);

    /// <summary>500: a fault of ours; details are in the log under the trace id.</summary>
    public static IResult Internal(Guid? traceId) => Problem(
        StatusCodes.Status500InternalServerError, "internal_error", "The request could not be processed.", traceId);
}

/// <summary>The body of a problem.</summary>
internal sealed record ProblemBody(
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("title")] string Title,
    [property: JsonPropertyName("status")] int Status,
    [property: JsonPropertyName("code")] string Code,
    [property: JsonPropertyName("trace_id")] Guid? TraceId,
    [property: JsonPropertyName("event_id")] Guid? EventId,
    [property: JsonPropertyName("errors")] IReadOnlyList<FieldError>? Errors);

/// <summary>Writes a problem as the response.</summary>
internal sealed class ProblemResult(ProblemBody body, TimeSpan? retryAfter) : IResult, IStatusCodeHttpResult, IValueHttpResult
{
    public int? StatusCode => body.Status;

    public object Value => body;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = body.Status;
        response.ContentType = MediaTypeNames.Application.ProblemJson;
        if (retryAfter is { } wait)
        {
            response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        await JsonSerializer.SerializeAsync(response.Body, body, ProblemJsonContext.Default.ProblemBody, httpContext.RequestAborted);
    }
}

/// <summary>Generated serializers of the problem body.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ProblemBody))]
internal sealed partial class ProblemJsonContext : JsonSerializerContext;
