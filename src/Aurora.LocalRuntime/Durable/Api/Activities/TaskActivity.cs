namespace Microsoft.DurableTask;

/// <summary>
/// Base of activities written as classes. Constructor parameters come from dependency injection. An activity runs at
/// least once for every call, so its effects must bear repeating.
/// </summary>
/// <typeparam name="TInput">The type of the input.</typeparam>
/// <typeparam name="TOutput">The type of the output.</typeparam>
public abstract class TaskActivity<TInput, TOutput> : ITaskActivity
{
    /// <inheritdoc/>
    Type ITaskActivity.InputType => typeof(TInput);

    /// <inheritdoc/>
    Type ITaskActivity.OutputType => typeof(TOutput);

    /// <inheritdoc/>
    async Task<object?> ITaskActivity.RunAsync(TaskActivityContext context, object? input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return await RunAsync(context, TaskInput.As<TInput>(input));
    }

    /// <summary>The work itself.</summary>
    /// <param name="context">Who calls.</param>
    /// <param name="input">The input given by the caller; the type's default when none was given.</param>
    /// <returns>The output, which is serialized and stored.</returns>
    public abstract Task<TOutput> RunAsync(TaskActivityContext context, TInput input);
}
