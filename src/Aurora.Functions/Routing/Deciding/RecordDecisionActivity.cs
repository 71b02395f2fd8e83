using Aurora.Functions.Outbox;
using Aurora.Functions.Routing.Consuming;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Aurora.Functions.Routing.Deciding;

/// <summary>
/// Stores the decision, completes the outbox row and leaves a row for each consumer, in one commit. Idempotent by outbox id and
/// attempt.
/// </summary>
internal sealed class RecordDecisionActivity(
    DecisionStore decisions, OutboxMarks marks, OutboxWakeUp wakeUp, ConsumerCatalogue consumers, ILogger<RecordDecisionActivity> logger)
{
    [Function(nameof(RecordDecisionActivity))]
    public async Task<DecisionOutcome> Run([ActivityTrigger] DecisionDraft draft, CancellationToken cancellation)
    {
        var recording = await decisions.RecordAsync(draft, cancellation);
        marks.ReportCompleted(new OutboxClaim(new OutboxId(draft.OutboxId), draft.Attempt), recording.Mark);
        if (recording.DecidedAt is not { } decidedAt)
        {
            RoutingLog.Stale(logger, draft.TraceId, draft.Attempt, draft.OutboxId);
            RoutingMetrics.Decided(draft.Decision, recording.Outcome, TimeSpan.Zero);
            return recording.Outcome;
        }

        if (consumers.Names.Count > 0)
        {
            wakeUp.Signal();
        }

        RoutingMetrics.Decided(draft.Decision, recording.Outcome, decidedAt - draft.StartedAt);
        return recording.Outcome;
    }
}
