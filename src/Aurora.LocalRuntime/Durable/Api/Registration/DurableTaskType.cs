namespace Microsoft.DurableTask;

/// <summary>What a registered class says about itself.</summary>
internal static class DurableTaskType
{
    /// <summary>The name of <see cref="DurableTaskAttribute"/>, else the simple class name.</summary>
    public static TaskName NameOf(Type type)
    {
        var attribute = (DurableTaskAttribute?)Attribute.GetCustomAttribute(type, typeof(DurableTaskAttribute));
        return attribute is { Name.Name: { Length: > 0 } name } ? new TaskName(name) : new TaskName(type.Name);
    }

    /// <summary>Makes sure that a type can be made and is a <typeparamref name="TTask"/>.</summary>
    /// <exception cref="ArgumentException">It is abstract, or something else.</exception>
    public static void ThrowIfNotConcrete<TTask>(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        if (!typeof(TTask).IsAssignableFrom(type))
        {
            throw new ArgumentException($"The type '{type}' does not implement '{typeof(TTask)}'.", nameof(type));
        }

        if (type.IsAbstract)
        {
            throw new ArgumentException($"The type '{type}' is abstract and cannot be created.", nameof(type));
        }
    }
}
