using Aurora.Functions.Routing.Deciding;
using Aurora.Functions.Routing.Specialists;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace Aurora.Functions.Routing.Running;

/// <summary>What a run starts with: ids, and the specialists registered when it was started.</summary>
internal sealed record RouteMessage(string OutboxId, int Attempt, string TraceId, IReadOnlyList<Specialist> Specialists);

/// <summary>
/// The MHC HyperRouter: every specialist at once, one decision, stored together with the completion of its outbox row. Without
/// a verdict of safety there is no decision and the row fails, to be tried again later.
/// </summary>
internal static class RouteMessageOrchestrator
{
    /// <summary>Three tries of a specialist, after one and two seconds: shorter than the lease.</summary>
    private static readonly TaskOptions SpecialistTries = TaskOptions.FromRetryPolicy(
        new RetryPolicy(maxNumberOfAttempts: 3, firstRetryInterval: TimeSpan.FromSeconds(1), backoffCoefficient: 2));

    /// <summary>Answers the decision, or null when there was none.</summary>
    [Function(nameof(RouteMessageOrchestrator))]
    public static async Task<string?> Run([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var message = context.GetInput<RouteMessage>()!;
        var logger = context.CreateReplaySafeLogger(nameof(RouteMessageOrchestrator));
        var startedAt = new DateTimeOffset(context.CurrentUtcDateTime, TimeSpan.Zero);
        RoutingLog.Started(logger, message.TraceId, message.OutboxId, message.Attempt);

        var call = new SpecialistCall(message.OutboxId, message.Attempt);
        var runs = message.Specialists
            .Select(s => context.CallActivityAsync<SpecialistResult>(s.Activity, call, SpecialistTries))
            .ToList();
        var outcomes = new List<SpecialistOutcome>(runs.Count);
        for (var i = 0; i < runs.Count; i++)
        {
            outcomes.Add(await OutcomeAsync(message.Specialists[i].Name, runs[i], message.TraceId, logger));
        }

        var aggregation = MhcAggregationRules.Aggregate(outcomes);
        if (aggregation.Decision is null)
        {
            return await FailAsync(context, message, $"Not checked by safety: {aggregation.UncheckedBecause}", logger);
        }

        return await RecordAsync(context, message, aggregation, startedAt, logger);
    }

    private static async Task<SpecialistOutcome> OutcomeAsync(
        string name, Task<SpecialistResult> run, string traceId, ILogger logger)
    {
        try
        {
            return new SpecialistOutcome(name, await run);
        }
        catch (TaskFailedException e)
        {
            RoutingLog.SpecialistFailed(logger, name, traceId, e.FailureDetails.ErrorType);
            return new SpecialistOutcome(name, null, e.FailureDetails.ErrorType, e.FailureDetails.ErrorMessage);
        }
    }

    private static async Task<string?> RecordAsync(
        TaskOrchestrationContext context, RouteMessage message, Aggregation aggregation, DateTimeOffset startedAt, ILogger logger)
    {
        DecisionOutcome outcome;
        try
        {
            var draft = new DecisionDraft(
                message.OutboxId,
                message.Attempt,
                message.TraceId,
                aggregation.Decision!,
                aggregation.EnrichedContext,
                aggregation.ScoreDelta,
                aggregation.Errors,
                startedAt);
            outcome = await context.CallActivityAsync<DecisionOutcome>(nameof(RecordDecisionActivity), draft, OneRun.StoreTries);
        }
        catch (TaskFailedException e)
        {
            return await FailAsync(context, message, $"The decision was not stored: {e.FailureDetails.ErrorType}", logger);
        }

        if (outcome == DecisionOutcome.Stale)
        {
            return null;
        }

        if (aggregation.Decision == MhcAggregationRules.Block)
        {
            RoutingLog.SafetyBlock(logger, message.TraceId, aggregation.EnrichedContext[SafetyRules.Name].GetRawText());
            RoutingLog.Block(logger, message.TraceId, aggregation.ScoreDelta, aggregation.Errors.Count);
        }
        else
        {
            RoutingLog.Proceed(logger, message.TraceId, aggregation.ScoreDelta, aggregation.Errors.Count);
        }

        return aggregation.Decision;
    }

    private static async Task<string?> FailAsync(
        TaskOrchestrationContext context, RouteMessage message, string reason, ILogger logger)
    {
        RoutingLog.Unchecked(logger, message.TraceId, message.OutboxId, message.Attempt, reason);
        await OneRun.FailAsync(context, message.OutboxId, message.Attempt, reason);
        return null;
    }
}
