namespace Microsoft.DurableTask;

/// <summary>
/// An orchestrator as the engine sees it. Classes derive from <see cref="TaskOrchestrator{TInput, TOutput}"/> instead.
/// An orchestrator object may be used for many instances at once, so it holds no state.
/// </summary>
public interface ITaskOrchestrator
{
    /// <summary>The type the input is deserialized into.</summary>
    Type InputType { get; }

    /// <summary>The type of what the orchestrator returns.</summary>
    Type OutputType { get; }

    /// <summary>Runs, or replays, the orchestration.</summary>
    /// <param name="context">What the orchestrator may do and know.</param>
    /// <param name="input">The input, of <see cref="InputType"/> or <c>null</c>.</param>
    /// <returns>The output, which is serialized and stored.</returns>
    Task<object?> RunAsync(TaskOrchestrationContext context, object? input);
}
