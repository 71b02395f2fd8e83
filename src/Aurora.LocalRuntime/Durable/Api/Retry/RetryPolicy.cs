using System.ComponentModel;

namespace Microsoft.DurableTask;

/// <summary>How often, and after which delays, a failed activity or sub-orchestration is tried again.</summary>
public class RetryPolicy
{
    /// <summary>Makes a policy.</summary>
    /// <param name="maxNumberOfAttempts">Attempts in all, the first included; at least 1.</param>
    /// <param name="firstRetryInterval">The delay before the second attempt; above zero.</param>
    /// <param name="backoffCoefficient">What each further delay is multiplied with; at least 1, where 1 keeps it
    /// even.</param>
    /// <param name="maxRetryInterval">The longest delay; one hour when <c>null</c>.</param>
    /// <param name="retryTimeout">How long after the first attempt a further one may begin; no limit when
    /// <c>null</c>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its bounds, or a limit below the first
    /// delay.</exception>
    public RetryPolicy(
        int maxNumberOfAttempts,
        TimeSpan firstRetryInterval,
        double backoffCoefficient = 1.0,
        TimeSpan? maxRetryInterval = null,
        TimeSpan? retryTimeout = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxNumberOfAttempts);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(firstRetryInterval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(backoffCoefficient, 1.0);
        ThrowIfBelowFirst(maxRetryInterval, firstRetryInterval, nameof(maxRetryInterval));
        ThrowIfBelowFirst(retryTimeout, firstRetryInterval, nameof(retryTimeout));

        MaxNumberOfAttempts = maxNumberOfAttempts;
        FirstRetryInterval = firstRetryInterval;
        BackoffCoefficient = backoffCoefficient;
        MaxRetryInterval = maxRetryInterval ?? TimeSpan.FromHours(1);
        RetryTimeout = retryTimeout ?? Timeout.InfiniteTimeSpan;
        Handle = _ => true;
    }

    /// <summary>Attempts in all, the first included.</summary>
    public int MaxNumberOfAttempts { get; }

    /// <summary>The delay before the second attempt.</summary>
    public TimeSpan FirstRetryInterval { get; }

    /// <summary>What each further delay is multiplied with; 1 unless given.</summary>
    public double BackoffCoefficient { get; }

    /// <summary>The longest delay; one hour unless given.</summary>
    public TimeSpan MaxRetryInterval { get; }

    /// <summary>
    /// How long after the first attempt a further one may begin; <see cref="Timeout.InfiniteTimeSpan"/> unless given.
    /// </summary>
    public TimeSpan RetryTimeout { get; }

    /// <summary>
    /// Whether a failure is worth another attempt; <c>true</c> for every failure unless <see cref="HandleFailure"/>
    /// says otherwise. Meant for the engine, which passes the <see cref="TaskFailedException"/> of the attempt.
    /// </summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public Func<Exception, bool> Handle { get; private init; }

    /// <summary>
    /// Whether a failure is worth another attempt. Asked only while attempts and time are left, as orchestrator code.
    /// </summary>
    public Func<TaskFailureDetails, bool> HandleFailure
    {
        init => Handle = exception => exception is TaskFailedException failed
            ? value(failed.FailureDetails)
            : throw new InvalidOperationException(
                "A failure can only be judged by its details, which a " + exception.GetType() + " does not have.");
    }

    private static void ThrowIfBelowFirst(TimeSpan? value, TimeSpan first, string name)
    {
        if (value < first && value != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(name, value, "The limit must not be shorter than the first delay.");
        }
    }
}
