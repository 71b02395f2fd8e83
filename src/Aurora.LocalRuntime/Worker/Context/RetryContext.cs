namespace Microsoft.Azure.Functions.Worker;

/// <summary>The host's retries of one invocation.</summary>
public abstract class RetryContext
{
    /// <summary>How many times the invocation was retried before this one.</summary>
    public abstract int RetryCount { get; }

    /// <summary>How many retries there may be.</summary>
    public abstract int MaxRetryCount { get; }
}
