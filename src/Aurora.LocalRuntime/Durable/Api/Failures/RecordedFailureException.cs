namespace Microsoft.DurableTask;

/// <summary>
/// The stored failure of an activity or sub-orchestration, brought back as an exception. It is the inner exception of
/// the <see cref="TaskFailedException"/> that orchestrator code catches, and stands for the original one, which may
/// have come from another process.
/// </summary>
internal sealed class RecordedFailureException(TaskFailureDetails failure) : Exception(failure.ErrorMessage)
{
    /// <summary>What was stored.</summary>
    public TaskFailureDetails Failure { get; } = failure;
}
