using System.Text.Json;
using Aurora.Functions.Outbox;

namespace Aurora.Functions.Operations;

/// <summary>A message's whole story, joined over the slices by its trace id. Holds ids, times and decisions; no content and no address.</summary>
/// <param name="TraceId">The trace id that was asked for.</param>
/// <param name="Event">The accepted event, null for items that are no conversational message.</param>
/// <param name="Contact">The contact the event is linked to.</param>
/// <param name="Inbox">The provider items accepted under the trace, oldest first, at most <see cref="TraceStore.MaxRows"/>.</param>
/// <param name="Outbox">The outbox rows of the trace, oldest first, at most 100 (<see cref="IOutboxStore.ListByTraceAsync"/>).</param>
/// <param name="Orchestration">The orchestration of the newest attempt, null before the first claim or after its retention.</param>
/// <param name="Decision">The recorded decision.</param>
/// <param name="WaitsBecause">Why the newest unfinished row waits, null when nothing waits.</param>
internal sealed record MessageTrace(
    string TraceId,
    EventView? Event,
    ContactView? Contact,
    IReadOnlyList<InboxItemView> Inbox,
    IReadOnlyList<OutboxRowView> Outbox,
    OrchestrationView? Orchestration,
    DecisionView? Decision,
    string? WaitsBecause);

/// <summary>An accepted event without its content and its sender's address.</summary>
internal sealed record EventView(string Id, string Source, string Status, int ContentLength, DateTimeOffset CreatedAt);

/// <summary>A contact by id; its identity columns stay in the database.</summary>
internal sealed record ContactView(string Id, DateTimeOffset? CreatedAt);

/// <summary>A provider item kept under its dedupe key.</summary>
internal sealed record InboxItemView(string Channel, string Kind, string? AccountId, string? TargetId, DateTimeOffset CreatedAt);

/// <summary>An outbox row as an operator sees it; its partition key holds an address and stays in the database.</summary>
/// <param name="Id">The row's id.</param>
/// <param name="EventType">What happened, for example <c>INGEST_RECEIVED</c>.</param>
/// <param name="Status">PENDING, PROCESSING, COMPLETED or FAILED.</param>
/// <param name="Attempts">Claims so far.</param>
/// <param name="LastError">Type and message of the last failure.</param>
/// <param name="CreatedAt">When the row was accepted.</param>
/// <param name="ProcessedAt">When it was completed.</param>
/// <param name="NextRetryAt">The earliest instant of the next claim.</param>
/// <param name="DeadAt">When the row was given up.</param>
/// <param name="Lane">0 live messages, 1 comments and calendar, 2 replays, receipts and bulk.</param>
/// <param name="LockedBy">The worker that has the row.</param>
/// <param name="LockedUntil">The end of its lease.</param>
/// <param name="WaitsBecause">Why the row waits, null when it is finished.</param>
internal sealed record OutboxRowView(
    string Id,
    string EventType,
    string Status,
    int Attempts,
    string? LastError,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ProcessedAt,
    DateTimeOffset NextRetryAt,
    DateTimeOffset? DeadAt,
    int Lane,
    string? LockedBy,
    DateTimeOffset? LockedUntil,
    string? WaitsBecause)
{
    /// <summary>The view of a row as the outbox tells it.</summary>
    public static OutboxRowView From(OutboxStanding row) => new(
        row.Id.Value,
        row.EventType,
        row.Status.ToStored(),
        row.Attempts,
        row.LastError,
        row.CreatedAt,
        row.ProcessedAt,
        row.NextRetryAt,
        row.DeadAt,
        (int)row.Lane,
        row.LockedBy,
        row.LockedUntil,
        row.WaitsBecause);
}

/// <summary>The orchestration that works, or worked, on a row.</summary>
internal sealed record OrchestrationView(
    string InstanceId, string Status, DateTimeOffset CreatedAt, DateTimeOffset LastUpdatedAt, string? Failure);

/// <summary>The recorded decision of the router.</summary>
internal sealed record DecisionView(
    string OutboxId,
    int Attempt,
    string Decision,
    int SafetyScoreDelta,
    JsonElement EnrichedContext,
    JsonElement Errors,
    DateTimeOffset StartedAt,
    DateTimeOffset DecidedAt);
