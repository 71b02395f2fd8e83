namespace Aurora.LocalRuntime.Durable.History;

/// <summary>
/// One turn of an instance: the events that came in and what the orchestrator asked for. A turn not yet executed holds events that are
/// durable but were not shown to the orchestrator (delayed starts, events for them, a fresh generation).
/// </summary>
internal sealed record Turn(IReadOnlyList<HistoryEvent> Events, IReadOnlyList<OrchestrationAction> Actions, bool IsExecuted)
{
    public static readonly IReadOnlyList<OrchestrationAction> NoActions = [];
}
