namespace Microsoft.DurableTask;

/// <summary>
/// Base of orchestrators written as classes. Such a class has a constructor without parameters, holds no state, and
/// decides from its input and its context alone: the code runs again from its first line whenever the instance is
/// brought back into memory.
/// </summary>
/// <typeparam name="TInput">The type of the input.</typeparam>
/// <typeparam name="TOutput">The type of the output.</typeparam>
public abstract class TaskOrchestrator<TInput, TOutput> : ITaskOrchestrator
{
    /// <inheritdoc/>
    Type ITaskOrchestrator.InputType => typeof(TInput);

    /// <inheritdoc/>
    Type ITaskOrchestrator.OutputType => typeof(TOutput);

    /// <inheritdoc/>
    async Task<object?> ITaskOrchestrator.RunAsync(TaskOrchestrationContext context, object? input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return await RunAsync(context, TaskInput.As<TInput>(input));
    }

    /// <summary>The orchestration itself.</summary>
    /// <param name="context">What the orchestrator may do and know.</param>
    /// <param name="input">The input given at the start; the type's default when none was given.</param>
    /// <returns>The output, which is serialized and stored.</returns>
    public abstract Task<TOutput> RunAsync(TaskOrchestrationContext context, TInput input);
}
