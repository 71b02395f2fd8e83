namespace Microsoft.Azure.Functions.Worker;

/// <summary>What the trigger brought along.</summary>
public abstract class BindingContext
{
    /// <summary>The trigger's values by name: route values of a request, for example.</summary>
    public abstract IReadOnlyDictionary<string, object?> BindingData { get; }
}
