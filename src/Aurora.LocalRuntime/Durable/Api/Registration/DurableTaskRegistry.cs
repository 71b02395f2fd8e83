namespace Microsoft.DurableTask;

/// <summary>
/// The orchestrators and activities of a worker, by name. Names compare without case; a name is taken once for each
/// kind, and registering it again is an error.
/// </summary>
public sealed partial class DurableTaskRegistry
{
    private static readonly Task<object?> NoOutput = Task.FromResult<object?>(null);

    private readonly Dictionary<TaskName, Func<IServiceProvider, ITaskOrchestrator>> _orchestrators = [];
    private readonly Dictionary<TaskName, Func<IServiceProvider, ITaskActivity>> _activities = [];

    /// <summary>What was registered as orchestrators: a factory by name.</summary>
    internal IReadOnlyDictionary<TaskName, Func<IServiceProvider, ITaskOrchestrator>> Orchestrators => _orchestrators;

    /// <summary>What was registered as activities: a factory by name.</summary>
    internal IReadOnlyDictionary<TaskName, Func<IServiceProvider, ITaskActivity>> Activities => _activities;

    private static void ThrowIfNameless(TaskName name)
    {
        if (name == default)
        {
            throw new ArgumentException("A task needs a name.", nameof(name));
        }
    }
}
