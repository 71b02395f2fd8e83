namespace Microsoft.DurableTask;

/// <summary>What a retry handler is told after a failed attempt.</summary>
/// <param name="OrchestrationContext">The context of the calling orchestrator, for durable timers and the like.</param>
/// <param name="LastAttemptNumber">How many attempts have been made, counted from 1.</param>
/// <param name="LastFailure">Why the last attempt failed.</param>
/// <param name="TotalRetryTime">The orchestration time since the first attempt was scheduled.</param>
/// <param name="CancellationToken">Ends the retries.</param>
public record RetryContext(
    TaskOrchestrationContext OrchestrationContext,
    int LastAttemptNumber,
    TaskFailureDetails LastFailure,
    TimeSpan TotalRetryTime,
    CancellationToken CancellationToken);
