using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Xunit;

namespace Aurora.TestKit.Durable.Patterns;

/// <summary>
/// Base of the suites that show how the engine behaves. Each suite runs on every store, with instances kept in memory
/// and with a replay from history at every step.
/// </summary>
public abstract class PatternSuite(StartPatternHost start)
{
    /// <summary>How long a test waits for what must happen.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    protected static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(20);

    /// <summary>Far beyond the end of a test.</summary>
    protected static readonly TimeSpan Week = TimeSpan.FromDays(7);

    protected Task<PatternHost> StartAsync(Action<DurableTaskRegistry> tasks, PatternHostOptions? options = null)
        => start(tasks, options ?? new PatternHostOptions());

    protected static void AssertCompleted(OrchestrationMetadata instance)
    {
        Assert.Null(instance.FailureDetails);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, instance.RuntimeStatus);
    }

    protected static void AssertOutput<T>(T expected, OrchestrationMetadata instance)
    {
        AssertCompleted(instance);
        Assert.Equal(expected, instance.ReadOutputAs<T>());
    }

    protected static TaskFailureDetails AssertFailed(OrchestrationMetadata instance)
    {
        Assert.Equal(OrchestrationRuntimeStatus.Failed, instance.RuntimeStatus);
        Assert.NotNull(instance.FailureDetails);
        return instance.FailureDetails;
    }

    /// <summary>Throws where a value is expected.</summary>
    protected static T Throw<T>(Exception exception) => throw exception;

    /// <summary>Makes the exception of a theory; its type takes one message.</summary>
    protected static Exception MakeException(Type type, string message)
        => (Exception)Activator.CreateInstance(type, message)!;
}

/// <summary>An exception type that only the tests know.</summary>
public sealed class PatternException : Exception
{
    public PatternException()
    {
    }

    public PatternException(string message)
        : base(message)
    {
    }

    public PatternException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
