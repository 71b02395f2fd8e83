namespace Microsoft.DurableTask;

/// <summary>Makes orchestrators from delegates.</summary>
public static class FuncTaskOrchestrator
{
    /// <summary>Wraps a delegate as an orchestrator.</summary>
    /// <typeparam name="TInput">The type of the input.</typeparam>
    /// <typeparam name="TOutput">The type of the output.</typeparam>
    /// <param name="implementation">The code to run; it follows the rules of orchestrators.</param>
    /// <returns>An orchestrator that calls the delegate.</returns>
    public static TaskOrchestrator<TInput, TOutput> Create<TInput, TOutput>(
        Func<TaskOrchestrationContext, TInput, Task<TOutput>> implementation)
    {
        ArgumentNullException.ThrowIfNull(implementation);
        return new Wrapper<TInput, TOutput>(implementation);
    }

    private sealed class Wrapper<TInput, TOutput>(
        Func<TaskOrchestrationContext, TInput, Task<TOutput>> implementation) : TaskOrchestrator<TInput, TOutput>
    {
        public override Task<TOutput> RunAsync(TaskOrchestrationContext context, TInput input)
            => implementation(context, input);
    }
}
