using System.Globalization;

namespace Aurora.Functions.Outbox.Storing;

/// <summary>The head of a key.</summary>
internal sealed record OutboxKeyHead(OutboxId Id, OutboxKeyState State, DateTimeOffset? DueAt);

/// <summary>Says why a row waits, so that nothing waits unexplained. Pure.</summary>
internal static class WaitingRules
{
    /// <summary>The reason, or <see langword="null"/> for a finished row.</summary>
    public static string? Explain(OutboxStanding row, OutboxKeyHead? head, DateTimeOffset now)
    {
        switch (row.Status)
        {
            case OutboxStatus.Completed:
                return null;
            case OutboxStatus.Processing:
                return row.LockedUntil is { } until && until <= now
                    ? $"lease of {row.LockedBy} expired at {Text(until)}, waits for the sweep"
                    : $"leased by {row.LockedBy ?? "nobody"} until {Text(row.LockedUntil)}";
            case OutboxStatus.Failed when row.DeadAt is { } dead:
                return string.Create(
                    CultureInfo.InvariantCulture, $"dead since {Text(dead)} after {row.Attempts} attempts, waits for an operator's retry");
            case OutboxStatus.Pending:
            case OutboxStatus.Failed:
                return ExplainWaiting(row, head, now);
            default:
                throw new ArgumentOutOfRangeException(nameof(row));
        }
    }

    private static string ExplainWaiting(OutboxStanding row, OutboxKeyHead? head, DateTimeOffset now)
    {
        if (head is null)
        {
            return "waits for the sweep to adopt its key";
        }

        if (head.Id != row.Id)
        {
            return head.State switch
            {
                OutboxKeyState.Ready => $"behind {head.Id} of the same key, which is ready",
                OutboxKeyState.InFlight => $"behind {head.Id} of the same key, which is in flight",
                OutboxKeyState.Delayed => $"behind {head.Id} of the same key, retried at {Text(head.DueAt)}",
            };
        }

        return head.State switch
        {
            OutboxKeyState.Ready => "ready, waits for a free worker",
            OutboxKeyState.InFlight => "just claimed",
            OutboxKeyState.Delayed => head.DueAt <= now ? "due, waits for the next claim" : $"retry at {Text(head.DueAt)}",
        };
    }

    private static string Text(DateTimeOffset? instant) =>
        instant?.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture) ?? "an unknown time";
}
