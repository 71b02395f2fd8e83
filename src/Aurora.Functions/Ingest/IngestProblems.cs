using Aurora.Functions.Platform.Http;
using Microsoft.AspNetCore.Http;

namespace Aurora.Functions.Ingest;

/// <summary>The error answers of the slice that Platform does not know.</summary>
internal static class IngestProblems
{
    public static IResult Body(BodyResult result, Guid traceId) => result switch
    {
        BodyResult.TooLarge => Problems.Problem(
            StatusCodes.Status413PayloadTooLarge, "body_too_large", "The body is larger than the limit.", traceId),
        BodyResult.TooSlow => Problems.Problem(
            StatusCodes.Status408RequestTimeout, "body_too_slow", "The body did not arrive in time.", traceId),
        BodyResult.Broken or BodyResult.Complete => Problems.Problem(
            StatusCodes.Status400BadRequest, "body_incomplete", "The body did not arrive complete.", traceId),
    };

    public static IResult NotJson(Guid traceId) => Problems.Problem(
        StatusCodes.Status415UnsupportedMediaType, "not_json", "The content type is not JSON in UTF-8.", traceId);

    public static IResult KeyTaken(Guid traceId) => Problems.Problem(
        StatusCodes.Status409Conflict,
        "idempotency_key_reused",
        "The Idempotency-Key was used before with another body.",
        traceId);

    public static IResult ContactFailed(Guid traceId, Guid eventId) => Problems.Problem(
        StatusCodes.Status500InternalServerError,
        "contact_not_resolved",
        "The message is stored, but its sender could not be resolved.",
        traceId,
        eventId: eventId);

    public static IResult UnknownChannel(Guid traceId) => Problems.Problem(
        StatusCodes.Status404NotFound, "unknown_channel", "There is no such channel.", traceId);

    public static IResult BadSignature(Guid traceId) => Problems.Problem(
        StatusCodes.Status401Unauthorized, "bad_signature", "The signature is missing or wrong.", traceId);

    public static IResult ItemsFailed(Guid traceId) => Problems.Problem(
        StatusCodes.Status500InternalServerError, "items_not_stored", "Some items could not be stored; deliver again.", traceId);
}
