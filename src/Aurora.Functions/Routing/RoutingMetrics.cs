using System.Diagnostics.Metrics;
using Aurora.Functions.Routing.Specialists;

namespace Aurora.Functions.Routing;

/// <summary>What routing measures.</summary>
internal static class RoutingMetrics
{
    private static readonly Meter Meter = new("Aurora.Routing");

    private static readonly Counter<long> Decisions =
        Meter.CreateCounter<long>("aurora.routing.decisions", "{decision}", "Decisions by outcome");

    private static readonly Histogram<double> DecisionDuration =
        Meter.CreateHistogram<double>("aurora.routing.decision.duration", "ms", "Time from the start of a run to its decision");

    private static readonly Histogram<double> SpecialistDuration =
        Meter.CreateHistogram<double>("aurora.routing.specialist.duration", "ms", "Time of one specialist, by name and status");

    private static readonly Counter<long> Tellings =
        Meter.CreateCounter<long>("aurora.routing.consumed", "{decision}", "Decisions handed to a consumer, by consumer and outcome");

    private static readonly Counter<long> PurgedDecisions =
        Meter.CreateCounter<long>("aurora.routing.purged", "{decision}", "Decisions deleted by retention");

    /// <summary>A decision was stored, found stored, or discarded.</summary>
    public static void Decided(string decision, DecisionOutcome outcome, TimeSpan duration)
    {
        Decisions.Add(1, new("decision", decision), new("outcome", outcome switch
        {
            DecisionOutcome.Recorded => "recorded",
            DecisionOutcome.AlreadyRecorded => "repeated",
            DecisionOutcome.Stale => "stale",
        }));
        if (outcome == DecisionOutcome.Recorded)
        {
            DecisionDuration.Record(duration.TotalMilliseconds);
        }
    }

    /// <summary>A specialist answered.</summary>
    public static void Specialist(string name, SpecialistStatus status, double elapsedMs) =>
        SpecialistDuration.Record(elapsedMs, new("specialist", name), new("status", status switch
        {
            SpecialistStatus.Success => "success",
            SpecialistStatus.Block => "block",
            SpecialistStatus.Skip => "skip",
            SpecialistStatus.Error => "error",
        }));

    /// <summary>A consumer was told of a decision and took it, or did not.</summary>
    public static void Told(string consumer, bool isDone) =>
        Tellings.Add(1, new("consumer", consumer), new("outcome", isDone ? "done" : "failed"));

    /// <summary>Retention deleted decisions.</summary>
    public static void Purged(long count) => PurgedDecisions.Add(count);
}
