namespace Microsoft.DurableTask.Client;

/// <summary>Shorter ways to purge by filter.</summary>
public static class DurableTaskClientExtensions
{
    /// <summary>Purges the finished instances of a time span and of some statuses.</summary>
    /// <param name="client">The client.</param>
    /// <param name="createdFrom">Created at this time or later; <c>null</c> for no bound.</param>
    /// <param name="createdTo">Created at this time or earlier; <c>null</c> for no bound.</param>
    /// <param name="statuses">In one of these statuses; <c>null</c> for all finished ones.</param>
    /// <param name="options">Whether sub-orchestrations go too.</param>
    /// <param name="cancellation">Ends the purge; what is gone stays gone.</param>
    /// <returns>How many instances were purged.</returns>
    public static Task<PurgeResult> PurgeInstancesAsync(
        this DurableTaskClient client,
        DateTimeOffset? createdFrom,
        DateTimeOffset? createdTo,
        IEnumerable<OrchestrationRuntimeStatus>? statuses,
        PurgeInstanceOptions? options,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        return client.PurgeAllInstancesAsync(
            new PurgeInstancesFilter(createdFrom, createdTo, statuses), options, cancellation);
    }

    /// <summary>Purges the finished instances of a time span and of some statuses.</summary>
    /// <param name="client">The client.</param>
    /// <param name="createdFrom">Created at this time or later; <c>null</c> for no bound.</param>
    /// <param name="createdTo">Created at this time or earlier; <c>null</c> for no bound.</param>
    /// <param name="statuses">In one of these statuses; <c>null</c> for all finished ones.</param>
    /// <param name="cancellation">Ends the purge; what is gone stays gone.</param>
    /// <returns>How many instances were purged.</returns>
    public static Task<PurgeResult> PurgeInstancesAsync(
        this DurableTaskClient client,
        DateTimeOffset? createdFrom,
        DateTimeOffset? createdTo,
        IEnumerable<OrchestrationRuntimeStatus>? statuses,
        CancellationToken cancellation = default)
        => PurgeInstancesAsync(client, createdFrom, createdTo, statuses, null, cancellation);

    /// <summary>Purges the finished instances of a time span.</summary>
    /// <param name="client">The client.</param>
    /// <param name="createdFrom">Created at this time or later; <c>null</c> for no bound.</param>
    /// <param name="createdTo">Created at this time or earlier; <c>null</c> for no bound.</param>
    /// <param name="options">Whether sub-orchestrations go too.</param>
    /// <param name="cancellation">Ends the purge; what is gone stays gone.</param>
    /// <returns>How many instances were purged.</returns>
    public static Task<PurgeResult> PurgeInstancesAsync(
        this DurableTaskClient client,
        DateTimeOffset? createdFrom,
        DateTimeOffset? createdTo,
        PurgeInstanceOptions? options,
        CancellationToken cancellation = default)
        => PurgeInstancesAsync(client, createdFrom, createdTo, null, options, cancellation);

    /// <summary>Purges the finished instances of a time span.</summary>
    /// <param name="client">The client.</param>
    /// <param name="createdFrom">Created at this time or later; <c>null</c> for no bound.</param>
    /// <param name="createdTo">Created at this time or earlier; <c>null</c> for no bound.</param>
    /// <param name="cancellation">Ends the purge; what is gone stays gone.</param>
    /// <returns>How many instances were purged.</returns>
    public static Task<PurgeResult> PurgeInstancesAsync(
        this DurableTaskClient client,
        DateTimeOffset? createdFrom,
        DateTimeOffset? createdTo,
        CancellationToken cancellation = default)
        => PurgeInstancesAsync(client, createdFrom, createdTo, null, null, cancellation);
}
