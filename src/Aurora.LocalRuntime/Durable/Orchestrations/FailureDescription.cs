using Microsoft.DurableTask;

namespace Aurora.LocalRuntime.Durable.Orchestrations;

/// <summary>Turns what was thrown into what is stored: type, message, stack and the chain of inner failures.</summary>
internal static class FailureDescription
{
    private const int MaxDepth = 16;

    public static TaskFailureDetails Of(Exception thrown) => Of(thrown, 0);

    private static TaskFailureDetails Of(Exception thrown, int depth)
    {
        // A failed task's own details are its cause: they were described where it failed.
        var inner = thrown is TaskFailedException failed
            ? failed.FailureDetails
            : thrown.InnerException is { } cause && depth < MaxDepth ? Of(cause, depth + 1) : null;
        return new TaskFailureDetails(thrown.GetType().ToString(), thrown.Message, thrown.StackTrace, inner, null);
    }
}
