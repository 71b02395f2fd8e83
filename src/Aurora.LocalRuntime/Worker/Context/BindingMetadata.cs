namespace Microsoft.Azure.Functions.Worker;

/// <summary>One binding of a function.</summary>
public abstract class BindingMetadata
{
    /// <summary>The parameter it belongs to.</summary>
    public abstract string Name { get; }

    /// <summary>What it is: <c>httpTrigger</c>, <c>timerTrigger</c>, ...</summary>
    public abstract string Type { get; }

    /// <summary>Which way the values go.</summary>
    public abstract BindingDirection Direction { get; }
}
