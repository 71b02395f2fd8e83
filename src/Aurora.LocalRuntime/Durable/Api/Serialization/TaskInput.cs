namespace Microsoft.DurableTask;

/// <summary>Turns an untyped input into the type that task code declares.</summary>
internal static class TaskInput
{
    /// <summary>
    /// Casts an input. <c>null</c> becomes the type's default, because a task called without input must behave like
    /// one called with the default.
    /// </summary>
    /// <exception cref="ArgumentException">The input is of another type.</exception>
    public static TInput As<TInput>(object? input) => input switch
    {
        TInput typed => typed,
        null => default!,
        _ => throw new ArgumentException(
            $"The input is a '{input.GetType()}' where the task takes a '{typeof(TInput)}'.", nameof(input)),
    };
}
