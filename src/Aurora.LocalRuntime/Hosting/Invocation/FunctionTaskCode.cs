using Aurora.LocalRuntime.Durable;
using Aurora.LocalRuntime.Durable.Orchestrations;
using Aurora.LocalRuntime.Hosting.Discovery;
using Microsoft.DurableTask;

namespace Aurora.LocalRuntime.Hosting.Invocation;

/// <summary>The app's orchestrator and activity functions, as the durable engine calls them.</summary>
internal sealed class FunctionTaskCode : ITaskCode
{
    private readonly Dictionary<string, Function> _orchestrators;
    private readonly Dictionary<string, Function> _activities;
    private readonly FunctionExecutor _executor;
    private readonly DataConverter _converter;

    public FunctionTaskCode(IEnumerable<Function> functions, FunctionExecutor executor, DataConverter converter)
    {
        var all = functions.ToList();
        _orchestrators = all.Where(f => f.Kind == FunctionKind.Orchestrator)
            .ToDictionary(f => f.TaskName, StringComparer.OrdinalIgnoreCase);
        _activities = all.Where(f => f.Kind == FunctionKind.Activity)
            .ToDictionary(f => f.TaskName, StringComparer.OrdinalIgnoreCase);
        _executor = executor;
        _converter = converter;
    }

    public bool HasOrchestrator(string name) => _orchestrators.ContainsKey(name);

    public bool HasActivity(string name) => _activities.ContainsKey(name);

    public Task<object?> RunOrchestratorAsync(string name, TaskOrchestrationContext context) =>
        _executor.RunOrchestratorAsync(_orchestrators[name], (EngineOrchestrationContext)context);

    public Task<object?> RunActivityAsync(
        string name, TaskActivityContext context, string? serializedInput, CancellationToken cancellation) =>
        _executor.RunAsync(_activities[name], new ActivityCall(context, serializedInput, _converter), cancellation);
}
