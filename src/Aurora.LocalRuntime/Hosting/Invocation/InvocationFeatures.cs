using System.Collections;
using Microsoft.Azure.Functions.Worker;

namespace Aurora.LocalRuntime.Hosting.Invocation;

/// <summary>Features of one invocation.</summary>
internal sealed class InvocationFeatures : IInvocationFeatures
{
    private readonly Dictionary<Type, object> _features = [];

    public InvocationOutcome Outcome { get; } = new();

    public static InvocationFeatures WithOutcome()
    {
        var features = new InvocationFeatures();
        features.Set(features.Outcome);
        return features;
    }

    public void Set<T>(T instance) => _features[typeof(T)] = instance!;

    public T? Get<T>() => _features.TryGetValue(typeof(T), out var feature) ? (T)feature : default;

    public IEnumerator<KeyValuePair<Type, object>> GetEnumerator() => _features.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
