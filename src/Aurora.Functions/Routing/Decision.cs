using System.Text.Json;

namespace Aurora.Functions.Routing;

/// <summary>A decision as an orchestration hands it over to be stored.</summary>
internal sealed record DecisionDraft(
    string OutboxId,
    int Attempt,
    string TraceId,
    string Decision,
    IReadOnlyDictionary<string, JsonElement> EnrichedContext,
    int ScoreDelta,
    IReadOnlyList<string> Errors,
    DateTimeOffset StartedAt);

/// <summary>A stored decision.</summary>
internal sealed record Decision(
    string OutboxId,
    int Attempt,
    string? EventId,
    string? ContactId,
    string TraceId,
    string Outcome,
    JsonElement EnrichedContext,
    int ScoreDelta,
    IReadOnlyList<string> Errors,
    DateTimeOffset StartedAt,
    DateTimeOffset DecidedAt);

/// <summary>What came of storing a decision.</summary>
internal enum DecisionOutcome
{
    /// <summary>Stored, and the outbox row completed, in one commit.</summary>
    Recorded,

    /// <summary>This attempt had stored it before.</summary>
    AlreadyRecorded,

    /// <summary>The attempt does not own the row any more; nothing was stored.</summary>
    Stale,
}

/// <summary>
/// The hook for what follows a decision. A decision is stored together with one outbox row per registered consumer, so each is
/// told at least once, in the order of a sender's decisions, tried again on the outbox's schedule, and a dead row that an
/// operator can retry in the end. Key the effect by the outbox id.
/// </summary>
internal interface IDecisionConsumer
{
    /// <summary>Its name, which stored rows carry: unique, and kept when code moves.</summary>
    string Name { get; }

    /// <summary>A decision was stored. An exception has it told again later.</summary>
    Task OnDecidedAsync(Decision decision, CancellationToken cancellation);
}
