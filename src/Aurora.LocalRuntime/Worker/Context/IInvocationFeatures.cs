namespace Microsoft.Azure.Functions.Worker;

/// <summary>Features of one invocation, by type.</summary>
public interface IInvocationFeatures : IEnumerable<KeyValuePair<Type, object>>
{
    /// <summary>Adds or replaces a feature.</summary>
    /// <typeparam name="T">The type it is found by.</typeparam>
    /// <param name="instance">The feature.</param>
    void Set<T>(T instance);

    /// <summary>Finds a feature.</summary>
    /// <typeparam name="T">The type it was set by.</typeparam>
    /// <returns>The feature, or the default of <typeparamref name="T"/>.</returns>
    T? Get<T>();
}
