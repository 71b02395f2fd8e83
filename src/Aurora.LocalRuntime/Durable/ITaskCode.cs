using Microsoft.DurableTask;

namespace Aurora.LocalRuntime.Durable;

/// <summary>
/// The code behind orchestrator and activity names: function methods in the app's host, registered delegates and classes in the test host.
/// Names compare without case.
/// </summary>
internal interface ITaskCode
{
    /// <summary>Whether an orchestrator of this name can run here.</summary>
    bool HasOrchestrator(string name);

    /// <summary>Whether an activity of this name can run here.</summary>
    bool HasActivity(string name);

    /// <summary>
    /// Runs an orchestrator from its beginning. Called on the instance's own synchronization context, once per episode, so also when the
    /// instance is replayed; the returned task must be the orchestrator's own coroutine.
    /// </summary>
    Task<object?> RunOrchestratorAsync(string name, TaskOrchestrationContext context);

    /// <summary>Runs an activity once. May be called again for the same task after a crash.</summary>
    Task<object?> RunActivityAsync(string name, TaskActivityContext context, string? serializedInput, CancellationToken cancellation);
}
