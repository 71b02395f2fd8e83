using Aurora.Functions.Ingest.Accepting;
using Aurora.Functions.Platform.Telemetry;

namespace Aurora.Functions.Ingest;

/// <summary>What every log line about an accepted, or refused, message carries.</summary>
internal static class MessageScopes
{
    public static MessageScope Of(AcceptRow row, AcceptOutcome outcome, string channel, string? tenantId) => new()
    {
        CorrelationId = row.TraceId,
        Channel = channel,
        TenantId = tenantId,

        // Of a duplicate, or of what was refused, no event with this id is stored.
        EventId = outcome.Result is AcceptResult.Accepted or AcceptResult.ContactFailed ? row.Message?.EventId : null,
        Outcome = outcome.Result.ToString(),
    };
}
