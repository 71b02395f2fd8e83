using Aurora.LocalRuntime.Durable.Engine;
using Aurora.LocalRuntime.Durable.History;
using Aurora.LocalRuntime.Durable.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Aurora.LocalRuntime.Durable.Client;

/// <summary>The client of an engine in the same process. What it acknowledges is durable.</summary>
internal sealed partial class EngineClient(string name, DurableEngine engine) : DurableTaskClient(name)
{
    /// <summary>Long enough for every derived id; short enough for an index.</summary>
    private const int MaxIdLength = 500;

    /// <summary>Between two attempts to read from a store that is away.</summary>
    private static readonly TimeSpan ReadPause = TimeSpan.FromMilliseconds(100);

    public override async Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName, object? input = null, StartOrchestrationOptions? options = null, CancellationToken cancellation = default)
    {
        if (string.IsNullOrEmpty(orchestratorName.Name))
        {
            throw new ArgumentException("An orchestrator name is needed.", nameof(orchestratorName));
        }

        var start = new StartRequest
        {
            Name = orchestratorName.Name,
            Version = options?.Version?.Version ?? "",
            Input = engine.Converter.Serialize(input),
            Tags = options?.Tags is { Count: > 0 } tags ? new Dictionary<string, string>(tags, StringComparer.Ordinal) : null,
            StartAt = options?.StartAt?.UtcDateTime,
            Forbidding = ReusePolicy.Read(options?.DedupeStatuses, engine.Options.AcceptsAnyDedupeStatuses),
        };
        if (!engine.Code.HasOrchestrator(orchestratorName.Name))
        {
            throw new InvalidOperationException($"No orchestrator named '{orchestratorName.Name}' is registered.");
        }

        var isKnownToBeNew = string.IsNullOrEmpty(options?.InstanceId);
        var instanceId = isKnownToBeNew ? Guid.NewGuid().ToString("N") : CheckId(options!.InstanceId!);
        try
        {
            await engine.StartInstanceAsync(instanceId, start, isKnownToBeNew, cancellation);
        }
        catch (OperationCanceledException e) when (cancellation.IsCancellationRequested)
        {
            throw GivenUp(nameof(ScheduleNewOrchestrationInstanceAsync), e, cancellation);
        }

        return instanceId;
    }

    public override Task RaiseEventAsync(string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        return engine.SendAsync(instanceId, HistoryEvent.EventRaised(eventName, engine.Converter.Serialize(eventPayload)), cancellation);
    }

    public override Task TerminateInstanceAsync(string instanceId, TerminateInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        return engine.SendAsync(instanceId, HistoryEvent.Terminated(engine.Converter.Serialize(options?.Output), options?.Recursive ?? false), cancellation);
    }

    public override Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        return SendAsync(instanceId, HistoryEvent.Suspended(reason), nameof(SuspendInstanceAsync), cancellation);
    }

    public override Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        return SendAsync(instanceId, HistoryEvent.Resumed(reason), nameof(ResumeInstanceAsync), cancellation);
    }

    public override Task<OrchestrationMetadata> WaitForInstanceStartAsync(string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        WaitAsync(instanceId, forCompletion: false, getInputsAndOutputs, cancellation);

    public override Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        WaitAsync(instanceId, forCompletion: true, getInputsAndOutputs, cancellation);

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static string CheckId(string instanceId)
    {
        return instanceId.Length <= MaxIdLength && IsStorable(instanceId)
            ? instanceId
            : throw new ArgumentException($"An instance id has at most {MaxIdLength} characters, none of them a control character or a surrogate.", nameof(instanceId));
    }

    private static bool IsStorable(string text)
    {
        foreach (var character in text)
        {
            if (char.IsControl(character) || char.IsSurrogate(character))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The very type and words of the packages' client: callers compare both.</summary>
    private static OperationCanceledException GivenUp(string operation, Exception cause, CancellationToken cancellation) =>
        new($"The {operation} operation was canceled.", cause, cancellation);

    private async Task SendAsync(string instanceId, HistoryEvent item, string operation, CancellationToken cancellation)
    {
        try
        {
            await engine.SendAsync(instanceId, item, cancellation);
        }
        catch (OperationCanceledException e) when (cancellation.IsCancellationRequested)
        {
            throw GivenUp(operation, e, cancellation);
        }
    }

    private async Task<OrchestrationMetadata> WaitAsync(string instanceId, bool forCompletion, bool withPayloads, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        engine.EnsureRunning();
        var waiter = engine.Waiters.Register(instanceId, forCompletion);
        try
        {
            var record = await FindWhenReachableAsync(instanceId, waiter.Source.Task, cancellation);
            if (record is null || !waiter.IsServedBy(record.Status))
            {
                record = await waiter.Source.Task.WaitAsync(cancellation);
            }

            return Describe(record, withPayloads, withPayloads);
        }
        catch (OperationCanceledException e) when (cancellation.IsCancellationRequested)
        {
            throw GivenUp(forCompletion ? nameof(WaitForInstanceCompletionAsync) : nameof(WaitForInstanceStartAsync), e, cancellation);
        }
        finally
        {
            engine.Waiters.Remove(instanceId, waiter);
        }
    }

    /// <summary>A wait outlives an outage of the store: what it waits for is told in any case.</summary>
    private async ValueTask<InstanceRecord?> FindWhenReachableAsync(string instanceId, Task told, CancellationToken cancellation)
    {
        while (!told.IsCompleted)
        {
            try
            {
                return await FindAsync(instanceId, cancellation);
            }
            catch (StoreUnavailableException)
            {
                await Task.Delay(ReadPause, TimeProvider.System, cancellation);
            }
        }

        return null;
    }

    private async ValueTask<InstanceRecord?> FindAsync(string instanceId, CancellationToken cancellation)
    {
        if (engine.FindInMemory(instanceId) is { } resident)
        {
            return resident;
        }

        var found = await engine.Store.ReadRecordAsync(instanceId, cancellation);
        return found;
    }

    private OrchestrationMetadata Describe(InstanceRecord record, bool withPayloads, bool mayRead) => new(record.Info.Name, record.Info.Id)
    {
        RuntimeStatus = record.Status,
        CreatedAt = new DateTimeOffset(record.Info.CreatedAt, TimeSpan.Zero),
        LastUpdatedAt = new DateTimeOffset(record.UpdatedAt, TimeSpan.Zero),
        SerializedInput = withPayloads ? record.Info.Input : null,
        SerializedOutput = withPayloads ? record.Output : null,
        SerializedCustomStatus = withPayloads ? record.CustomStatus : null,
        FailureDetails = mayRead ? record.Failure : null,
        DataConverter = mayRead ? engine.Converter : null,
        Tags = record.Info.Tags ?? NoTags,
    };
}
