namespace Microsoft.DurableTask;

/// <summary>Turns an untyped input into the type that task code declares.</summary>
internal static class TaskInput
{
    private const string Null = "null";

    /// <summary>
    /// Reads an activity's input. One called without input is given JSON's null, and so fails where its type knows no null; orchestrators
    /// get the default instead.
    /// </summary>
    public static object? OfActivity(DataConverter converter, string? serialized, Type type) =>
        serialized is null && (!type.IsValueType || Nullable.GetUnderlyingType(type) is not null)
            ? null
            : converter.Deserialize(serialized ?? Null, type);

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
