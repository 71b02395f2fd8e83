namespace Aurora.Functions.Routing;

/// <summary>Event types of routing; stored in <c>event_type</c>.</summary>
internal static class DecisionEvents
{
    /// <summary>A decision was stored and one consumer is to be told.</summary>
    public const string Decided = "DECISION_STORED";
}
