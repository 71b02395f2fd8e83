using System.Collections.Immutable;
using Aurora.LocalRuntime.Durable.Engine;
using Aurora.LocalRuntime.Durable.Storage;
using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Aurora.LocalRuntime.Durable.Client;

/// <summary>Reading, listing, purging, starting again.</summary>
internal sealed partial class EngineClient
{
    private const int PurgeBatch = 500;

    private static readonly IReadOnlyDictionary<string, string> NoTags = ImmutableDictionary<string, string>.Empty;

    public override async Task<OrchestrationMetadata?> GetInstancesAsync(string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        var record = await FindAsync(instanceId, cancellation);
        return record is null ? null : Describe(record, getInputsAndOutputs, getInputsAndOutputs);
    }

    public override AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null)
    {
        var query = filter ?? new OrchestrationQuery();
        var wanted = new InstanceFilter
        {
            IdPrefix = query.InstanceIdPrefix,
            Statuses = query.Statuses?.ToArray(),
            CreatedFrom = query.CreatedFrom?.UtcDateTime,
            CreatedTo = query.CreatedTo?.UtcDateTime,
        };
        var withPayloads = query.FetchInputsAndOutputs || engine.Options.ListsAlwaysCarryPayloads;
        return Pageable.Create<OrchestrationMetadata>(async (continuation, pageSize, cancellation) =>
        {
            var page = await engine.Store.ListAsync(wanted, continuation ?? query.ContinuationToken, Math.Max(1, pageSize ?? query.PageSize), withPayloads, cancellation);
            var values = page.Instances.Select(record => Describe(record, withPayloads, query.FetchInputsAndOutputs)).ToList();
            return new Page<OrchestrationMetadata>(values, page.NextId);
        });
    }

    public override async Task<PurgeResult> PurgeInstanceAsync(string instanceId, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        var purged = await engine.Store.PurgeAsync([instanceId], cancellation);
        var count = purged.Count + (options?.Recursive == true ? await PurgeChildrenAsync(purged, cancellation) : 0);
        return new PurgeResult(count, isComplete: true);
    }

    public override async Task<PurgeResult> PurgeAllInstancesAsync(PurgeInstancesFilter filter, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var wanted = new InstanceFilter
        {
            Statuses = filter.Statuses?.ToArray(),
            CreatedFrom = filter.CreatedFrom?.UtcDateTime,
            CreatedTo = filter.CreatedTo?.UtcDateTime,
        };
        var count = 0;
        while (true)
        {
            var purged = await engine.Store.PurgeAsync(wanted, PurgeBatch, cancellation);
            count += purged.Count + (options?.Recursive == true ? await PurgeChildrenAsync(purged, cancellation) : 0);
            if (purged.Count < PurgeBatch)
            {
                return new PurgeResult(count, isComplete: true);
            }
        }
    }

    public override async Task<string> RestartAsync(string instanceId, bool restartWithNewInstanceId = false, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        var record = await FindAsync(instanceId, cancellation)
            ?? throw new ArgumentException($"An orchestration with the instanceId {instanceId} was not found.", nameof(instanceId));
        var target = restartWithNewInstanceId ? Guid.NewGuid().ToString("N") : instanceId;
        var start = new StartRequest { Name = record.Info.Name, Version = record.Info.Version, Input = record.Info.Input, Tags = record.Info.Tags };
        try
        {
            await engine.StartInstanceAsync(target, start, restartWithNewInstanceId, cancellation);
        }
        catch (OrchestrationAlreadyExistsException e)
        {
            throw new InvalidOperationException($"An orchestration with the instanceId {instanceId} cannot be restarted.", e);
        }
        catch (OperationCanceledException e) when (cancellation.IsCancellationRequested)
        {
            throw GivenUp(nameof(RestartAsync), e, cancellation);
        }

        return target;
    }

    private async Task<int> PurgeChildrenAsync(IReadOnlyList<string> parents, CancellationToken cancellation)
    {
        var count = 0;
        for (var generation = parents; generation.Count > 0;)
        {
            var children = await engine.Store.ListChildrenAsync(generation, cancellation);
            generation = children.Count == 0 ? children : await engine.Store.PurgeAsync(children, cancellation);
            count += generation.Count;
        }

        return count;
    }
}
