using System.Collections.Immutable;

namespace Aurora.Functions.Outbox.Marking;

/// <summary>When a failed row may be claimed again. Pure; the schedule is the requirement's.</summary>
internal static class RetryPolicy
{
    private static readonly ImmutableArray<int> DelaysInSeconds = [0, 5, 15, 45, 120, 300];

    /// <summary>
    /// The instant of the next try after <paramref name="attempts"/> claims; no jitter, never derived from stored times.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="attempts"/> is negative.</exception>
    public static DateTimeOffset ComputeNextRetry(int attempts, DateTimeOffset now)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(attempts);
        return now.AddSeconds(DelaysInSeconds[Math.Min(attempts, DelaysInSeconds.Length - 1)]);
    }

    /// <summary>Whether a row that failed its <paramref name="attempts"/>th attempt leaves the claim for good.</summary>
    public static bool IsDead(int attempts, int ceiling) => attempts >= ceiling;
}
