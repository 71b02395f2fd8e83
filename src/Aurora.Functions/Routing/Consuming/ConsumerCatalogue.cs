namespace Aurora.Functions.Routing.Consuming;

/// <summary>The registered consumers of decisions by name.</summary>
internal sealed class ConsumerCatalogue
{
    private readonly Dictionary<string, IDecisionConsumer> _byName = new(StringComparer.Ordinal);

    public ConsumerCatalogue(IEnumerable<IDecisionConsumer> consumers)
    {
        foreach (var consumer in consumers)
        {
            if (string.IsNullOrWhiteSpace(consumer.Name) || !_byName.TryAdd(consumer.Name, consumer))
            {
                throw new InvalidOperationException($"Every consumer of decisions has a name of its own; '{consumer.Name}' is none.");
            }
        }

        Names = [.. _byName.Keys];
    }

    /// <summary>The names in the order of registration.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The consumer of a name, if it is registered.</summary>
    public IDecisionConsumer? Find(string name) => _byName.GetValueOrDefault(name);
}
