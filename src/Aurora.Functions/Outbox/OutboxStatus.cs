namespace Aurora.Functions.Outbox;

/// <summary>Where a row stands; stored by name in upper case.</summary>
internal enum OutboxStatus
{
    /// <summary>Written, never claimed.</summary>
    Pending,

    /// <summary>Claimed by a worker.</summary>
    Processing,

    /// <summary>Handled; final.</summary>
    Completed,

    /// <summary>Waiting for its next retry, or dead.</summary>
    Failed,
}

/// <summary>The stored values of <see cref="OutboxStatus"/>.</summary>
internal static class OutboxStatusNames
{
    /// <summary>The stored value.</summary>
    public static string ToStored(this OutboxStatus status) => status switch
    {
        OutboxStatus.Pending => "PENDING",
        OutboxStatus.Processing => "PROCESSING",
        OutboxStatus.Completed => "COMPLETED",
        OutboxStatus.Failed => "FAILED",
    };

    /// <summary>The status a stored value stands for.</summary>
    public static OutboxStatus FromStored(string stored) => stored switch
    {
        "PENDING" => OutboxStatus.Pending,
        "PROCESSING" => OutboxStatus.Processing,
        "COMPLETED" => OutboxStatus.Completed,
        "FAILED" => OutboxStatus.Failed,
        _ => throw new InvalidOperationException($"The outbox knows no status '{stored}'."),
    };
}

/// <summary>State of a key's head; stored as a number.</summary>
internal enum OutboxKeyState : short
{
    /// <summary>May be claimed.</summary>
    Ready = 0,

    /// <summary>Claimed.</summary>
    InFlight = 1,

    /// <summary>Failed, waits for its retry.</summary>
    Delayed = 2,
}
