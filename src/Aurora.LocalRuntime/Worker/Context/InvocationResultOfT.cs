namespace Microsoft.Azure.Functions.Worker;

/// <summary>What a function returned.</summary>
/// <typeparam name="T">The type it is expected to have.</typeparam>
public abstract class InvocationResult<T>
{
    /// <summary>The value; setting it replaces what the host sees.</summary>
    public abstract T? Value { get; set; }
}
