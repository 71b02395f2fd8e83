namespace Microsoft.DurableTask;

/// <summary>
/// Decides after each failed attempt whether to try again, and may first wait on durable tasks such as a timer. Runs
/// as orchestrator code and follows its rules.
/// </summary>
/// <param name="retryContext">The failure and the attempts so far.</param>
/// <returns><c>true</c> to try again, <c>false</c> to let the failure reach the caller.</returns>
public delegate Task<bool> AsyncRetryHandler(RetryContext retryContext);
