using Microsoft.Extensions.Logging;

namespace Aurora.Functions.Ingest;

/// <summary>Every log line of the slice; ids 1000 to 1099. Ids, counts and codes only; nothing of a sender, nothing said.</summary>
internal static partial class IngestLog
{
    [LoggerMessage(1000, LogLevel.Information, "Ingest persisted: trace {TraceId}, event {EventId}, contact {ContactId}, outbox {OutboxId}, source {Source}, content_len {ContentLength}.")]
    public static partial void Persisted(
        ILogger logger, Guid traceId, Guid eventId, string contactId, Guid outboxId, string source, int contentLength);

    [LoggerMessage(1001, LogLevel.Debug, "Outbox emit: event type {EventType}, trace {TraceId}.")]
    public static partial void Emitted(ILogger logger, string eventType, Guid traceId);

    [LoggerMessage(1002, LogLevel.Error, "The contact of event {EventId} could not be resolved; the event is kept as ERROR. Trace {TraceId}, SQLSTATE {SqlState}, {ExceptionType}.")]
    public static partial void ContactFailed(ILogger logger, Guid eventId, Guid traceId, string? sqlState, string exceptionType);

    [LoggerMessage(1003, LogLevel.Error, "A message could not be stored. Trace {TraceId}, SQLSTATE {SqlState}, {ExceptionType}.")]
    public static partial void NotStored(ILogger logger, Guid traceId, string? sqlState, string exceptionType);

    [LoggerMessage(1004, LogLevel.Warning, "The database is not available: {Reason}. Callers get 503. Trace {TraceId}.")]
    public static partial void DatabaseUnavailable(ILogger logger, Guid traceId, string reason);

    [LoggerMessage(1005, LogLevel.Warning, "A call to the webhook of {Channel} has no valid signature.")]
    public static partial void BadSignature(ILogger logger, string channel);

    [LoggerMessage(1006, LogLevel.Warning, "{Count} items of {Channel} are for the account {AccountId}, which is not configured or not signed with its secret; they were not stored.")]
    public static partial void ForeignAccount(ILogger logger, string channel, string accountId, int count);

    [LoggerMessage(1007, LogLevel.Warning, "Channel {Channel} reports error {Code}.")]
    public static partial void ChannelError(ILogger logger, string channel, string code);

    [LoggerMessage(1008, LogLevel.Debug, "Webhook of {Channel}: {Accepted} accepted, {Duplicates} duplicates, {Ignored} ignored.")]
    public static partial void WebhookAccepted(ILogger logger, string channel, int accepted, int duplicates, int ignored);

    [LoggerMessage(1009, LogLevel.Error, "An item of {Channel} cannot be held by the database and was dropped. Trace {TraceId}, SQLSTATE {SqlState}.")]
    public static partial void ItemDropped(ILogger logger, string channel, Guid traceId, string? sqlState);

    [LoggerMessage(1010, LogLevel.Information, "Purge: {Rows} rows of {What} older than {OlderThan:O}.")]
    public static partial void Purged(ILogger logger, string what, long rows, DateTimeOffset olderThan);

    [LoggerMessage(1011, LogLevel.Warning, "Purge of {What} stopped at its bound of {Rows} rows; the next run goes on.")]
    public static partial void PurgeBounded(ILogger logger, string what, long rows);

    [LoggerMessage(1012, LogLevel.Error, "A request failed unexpectedly. Trace {TraceId}, {ExceptionType}.")]
    public static partial void Unexpected(ILogger logger, Guid traceId, string exceptionType);

    [LoggerMessage(1013, LogLevel.Debug, "Trace {TraceId} belongs to the caller's correlation id {CallerCorrelationId}.")]
    public static partial void CallerCorrelation(ILogger logger, Guid traceId, string callerCorrelationId);
}
