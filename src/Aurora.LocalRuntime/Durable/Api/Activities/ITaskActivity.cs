namespace Microsoft.DurableTask;

/// <summary>
/// An activity as the engine sees it. Classes derive from <see cref="TaskActivity{TInput, TOutput}"/> instead.
/// </summary>
public interface ITaskActivity
{
    /// <summary>The type the input is deserialized into.</summary>
    Type InputType { get; }

    /// <summary>The type of what the activity returns.</summary>
    Type OutputType { get; }

    /// <summary>Runs the activity once. An activity may run more than once for one call.</summary>
    /// <param name="context">Who calls.</param>
    /// <param name="input">The input, of <see cref="InputType"/> or <c>null</c>.</param>
    /// <returns>The output, which is serialized and stored.</returns>
    Task<object?> RunAsync(TaskActivityContext context, object? input);
}
