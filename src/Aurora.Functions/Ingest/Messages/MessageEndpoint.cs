using System.Security.Cryptography;
using Aurora.Functions.Ingest.Accepting;
using Aurora.Functions.Outbox;
using Aurora.Functions.Platform.Http;
using Aurora.Functions.Platform.Telemetry;
using Aurora.Functions.Platform.Time;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Aurora.Functions.Ingest.Messages;

/// <summary>POST /ingest/message, from the raw request to the answer.</summary>
internal sealed class MessageEndpoint(
    Acceptor acceptor,
    EdgeGuard guard,
    DatabaseClock clock,
    IngestMetrics metrics,
    IOptions<IngestOptions> options,
    ILogger<MessageEndpoint> logger)
{
    private const string Route = "ingest_message";
    private readonly IngestOptions _options = options.Value;

    public Task<IResult> AcceptAsync(HttpRequest request, CancellationToken cancellation)
    {
        // The caller's tracing headers go to telemetry alone: the trace of a message is ours.
        var traceId = Guid.CreateVersion7();
        return guard.RunAsync(Route, traceId, () => AcceptAsync(request, traceId, cancellation));
    }

    private async Task<IResult> AcceptAsync(HttpRequest request, Guid traceId, CancellationToken cancellation)
    {
        if (!RequestBody.IsJson(request))
        {
            return IngestProblems.NotJson(traceId);
        }

        if (!IdempotencyRules.TryGetKey(request.Headers[IdempotencyRules.Header], out var key))
        {
            return Problems.Invalid(traceId, new FieldError(IdempotencyRules.Header, "invalid"));
        }

        using var body = await RequestBody.ReadAsync(request, _options.MaxMessageBytes, cancellation);
        if (body.Result != BodyResult.Complete)
        {
            return IngestProblems.Body(body.Result, traceId);
        }

        var message = MessageRules.Parse(body.Bytes.Span, _options.MaxDepth, _options.MaxMessageBytes, out var errors);
        if (message is null)
        {
            return Problems.Invalid(traceId, errors);
        }

        var bodyHash = key is null ? null : Convert.ToHexStringLower(SHA256.HashData(body.Bytes.Span));
        var row = ToRow(message, traceId, key, bodyHash);
        var outcome = await acceptor.AcceptAsync(row, cancellation);
        return Answer(row, outcome, bodyHash, request);
    }

    private AcceptRow ToRow(IngestMessage message, Guid traceId, string? key, string? bodyHash)
    {
        var stored = new CrmMessage(
            EventId: Guid.CreateVersion7(),
            OutboxId: Guid.CreateVersion7(),
            NewContactId: Guid.CreateVersion7(),
            message.Source,
            message.SenderId,
            message.Content,
            message.ContentLength,
            message.Metadata,
            ContactIdentityRules.For(message.Source),
            KeyPrefix: message.Source + "|",
            OutboxLane.Live,
            Aliases: null);
        var entry = key is null ? null : new InboxEntry(
            Guid.CreateVersion7(),
            _options.TenantId,
            IdempotencyRules.InboxChannel,
            key,
            AccountId: null,
            IdempotencyRules.InboxKind,
            IdempotencyRules.Detail(stored.OutboxId, bodyHash!));
        return new AcceptRow(traceId, clock.NextOrdered(), entry, stored) { WantsStoredAnswer = key is not null };
    }

    private IResult Answer(AcceptRow row, AcceptOutcome outcome, string? bodyHash, HttpRequest request)
    {
        metrics.Message(outcome.Result.ToString());
        var message = row.Message!;
        using var scope = logger.BeginMessage(MessageScopes.Of(row, outcome, message.Source, _options.TenantId));
        switch (outcome.Result)
        {
            case AcceptResult.Accepted:
                IngestLog.Persisted(
                    logger, row.TraceId, message.EventId, outcome.ContactId!, message.OutboxId, message.Source, message.ContentLength);
                IngestLog.Emitted(logger, OutboxEvents.IngestReceived, row.TraceId);
                if (CallerCorrelationRules.Read(request.Headers[CallerCorrelationRules.Header]) is { } caller)
                {
                    IngestLog.CallerCorrelation(logger, row.TraceId, caller);
                }

                return new PersistedResult(message.EventId, outcome.ContactId!, row.TraceId, message.OutboxId);
            case AcceptResult.Duplicate when outcome.First is { } first:
                return first.BodyHash == bodyHash
                    ? new PersistedResult(first.EventId, first.ContactId, first.TraceId, first.OutboxId)
                    : IngestProblems.KeyTaken(row.TraceId);
            case AcceptResult.Duplicate:
                // The first call's row was there and is gone again: it failed meanwhile. The caller may repeat.
                return Problems.DatabaseUnavailable(row.TraceId);
            case AcceptResult.ContactFailed:
                IngestLog.ContactFailed(
                    logger, message.EventId, row.TraceId, (outcome.Fault as PostgresException)?.SqlState, FaultType(outcome));
                return IngestProblems.ContactFailed(row.TraceId, message.EventId);
            case AcceptResult.Refused:
                return Problems.Invalid(row.TraceId, new FieldError("metadata", "not_storable"));
            case AcceptResult.Failed:
                IngestLog.NotStored(logger, row.TraceId, (outcome.Fault as PostgresException)?.SqlState, FaultType(outcome));
                return Problems.Internal(row.TraceId);
        }

        throw new InvalidOperationException($"The outcome {outcome.Result} is unknown.");
    }

    private static string FaultType(AcceptOutcome outcome) => outcome.Fault?.GetType().Name ?? "none";
}
