namespace Microsoft.DurableTask.Client;

/// <summary>How an instance is terminated.</summary>
/// <param name="Output">What becomes its output; serialized and stored.</param>
/// <param name="Recursive">Whether its sub-orchestrations are terminated with it.</param>
public record TerminateInstanceOptions(object? Output = null, bool Recursive = false);
