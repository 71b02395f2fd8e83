namespace Aurora.Functions.Outbox;

/// <summary>How urgent a row is; stored in <c>lane</c>, the lower is claimed first.</summary>
internal enum OutboxLane : short
{
    /// <summary>Live messages: somebody waits for an answer.</summary>
    Live = 0,

    /// <summary>Comments and calendar changes.</summary>
    Calendar = 1,

    /// <summary>Replays, receipts and bulk imports.</summary>
    Bulk = 2,
}
