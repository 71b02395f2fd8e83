namespace Aurora.Functions.Outbox.Claiming;

/// <summary>This process's incarnation as a worker: the value of <c>locked_by</c>, never the same again after a restart.</summary>
internal sealed class OutboxWorker
{
    /// <summary>The incarnation's id.</summary>
    public string Id { get; } = $"{Environment.MachineName}/{Guid.CreateVersion7():N}";
}
