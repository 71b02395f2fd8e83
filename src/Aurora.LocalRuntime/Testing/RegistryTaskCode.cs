using Aurora.LocalRuntime.Durable;
using Aurora.LocalRuntime.Durable.Orchestrations;
using Microsoft.DurableTask;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aurora.LocalRuntime.Testing;

/// <summary>Orchestrators and activities from a registry, each run in a service scope of its own.</summary>
internal sealed class RegistryTaskCode(DurableTaskRegistry registry, IServiceProvider services, ILoggerFactory loggers, DataConverter converter) : ITaskCode
{
    private readonly ILogger _orchestrations = loggers.CreateLogger("Microsoft.DurableTask.Worker.Orchestrations");
    private readonly ILogger _activities = loggers.CreateLogger("Microsoft.DurableTask.Worker.Activities");

    public bool HasOrchestrator(string name) => registry.Orchestrators.ContainsKey(new TaskName(name));

    public bool HasActivity(string name) => registry.Activities.ContainsKey(new TaskName(name));

    public async Task<object?> RunOrchestratorAsync(string name, TaskOrchestrationContext context)
    {
        var scope = services.CreateAsyncScope();
        try
        {
            var orchestrator = registry.Orchestrators[new TaskName(name)](scope.ServiceProvider);
            var input = ((EngineOrchestrationContext)context).GetInput(orchestrator.InputType);
            if (!context.IsReplaying)
            {
                WorkerLog.OrchestrationStarted(_orchestrations, context.InstanceId, name);
            }

            var output = await orchestrator.RunAsync(context, input);
            if (!context.IsReplaying)
            {
                WorkerLog.OrchestrationCompleted(_orchestrations, context.InstanceId, name);
            }

            return output;
        }
        catch (Exception thrown) when (!context.IsReplaying && Report(thrown, context.InstanceId, name))
        {
            throw;
        }
        finally
        {
            // Not awaited: waiting for anything but a durable task is what an orchestrator must not do.
            _ = scope.DisposeAsync().AsTask();
        }
    }

    public async Task<object?> RunActivityAsync(string name, TaskActivityContext context, string? serializedInput, CancellationToken cancellation)
    {
        await using var scope = services.CreateAsyncScope();
        var activity = registry.Activities[new TaskName(name)](scope.ServiceProvider);
        var input = TaskInput.OfActivity(converter, serializedInput, activity.InputType);
        WorkerLog.ActivityStarted(_activities, context.InstanceId, name);
        try
        {
            var output = await activity.RunAsync(context, input);
            WorkerLog.ActivityCompleted(_activities, context.InstanceId, name);
            return output;
        }
        catch (Exception thrown)
        {
            WorkerLog.ActivityFailed(_activities, thrown, context.InstanceId, name);
            throw;
        }
    }

    private bool Report(Exception thrown, string instanceId, string name)
    {
        WorkerLog.OrchestrationFailed(_orchestrations, thrown, instanceId, name);
        return false;
    }
}
