using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aurora.TestKit.Durable.Patterns;

/// <summary>A running engine with some tasks, as a pattern test sees it.</summary>
public sealed class PatternHost(DurableTaskClient client, IServiceProvider services, IAsyncDisposable owner) : IAsyncDisposable
{
    public DurableTaskClient Client => client;

    public IServiceProvider Services => services;

    /// <summary>Starts an instance and waits for its end; payloads are fetched.</summary>
    public async Task<OrchestrationMetadata> RunAsync(TaskName name, object? input = null, StartOrchestrationOptions? options = null)
    {
        var id = await Client.ScheduleNewOrchestrationInstanceAsync(name, input, options);
        return await EndOfAsync(id);
    }

    /// <summary>Starts an instance and waits until its code has run.</summary>
    public async Task<string> BeginAsync(TaskName name, object? input = null, StartOrchestrationOptions? options = null)
    {
        var id = await Client.ScheduleNewOrchestrationInstanceAsync(name, input, options);
        using var deadline = new CancellationTokenSource(PatternSuite.Deadline);
        await Client.WaitForInstanceStartAsync(id, deadline.Token);
        return id;
    }

    /// <summary>Waits for the end of an instance; payloads are fetched.</summary>
    public async Task<OrchestrationMetadata> EndOfAsync(string id)
    {
        using var deadline = new CancellationTokenSource(PatternSuite.Deadline);
        return await Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, deadline.Token);
    }

    /// <summary>Waits until an instance has a status.</summary>
    public Task<OrchestrationMetadata?> ReachesAsync(string id, OrchestrationRuntimeStatus status)
        => Eventually.BecomesAsync(
            () => Client.GetInstanceAsync(id, getInputsAndOutputs: true),
            seen => seen?.RuntimeStatus == status,
            $"{id} is {status}");

    public ValueTask DisposeAsync() => owner.DisposeAsync();
}

/// <summary>What a pattern test asks of its host beyond the tasks.</summary>
public sealed record PatternHostOptions
{
    public Action<IServiceCollection>? ConfigureServices { get; init; }

    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>The task hub, for a second host on the same instances; a hub of its own when <c>null</c>.</summary>
    public string? Hub { get; init; }
}

/// <summary>Starts hosts of one kind: which store, and whether every step is replayed.</summary>
public delegate Task<PatternHost> StartPatternHost(Action<DurableTaskRegistry> tasks, PatternHostOptions options);
