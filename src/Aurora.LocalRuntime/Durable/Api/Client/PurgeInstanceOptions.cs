namespace Microsoft.DurableTask.Client;

/// <summary>How instances are purged.</summary>
/// <param name="Recursive">Whether their sub-orchestrations are purged with them.</param>
public record PurgeInstanceOptions(bool Recursive = false);
