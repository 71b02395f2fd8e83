using Microsoft.Extensions.Logging;

namespace Microsoft.DurableTask;

/// <summary>
/// What an orchestrator may do and know. Everything here is recorded and replayed, so the same code takes the same
/// decisions whenever it runs again; all members are to be used on the orchestrator's own thread.
/// </summary>
public abstract partial class TaskOrchestrationContext
{
    /// <summary>The name of the orchestrator.</summary>
    public abstract TaskName Name { get; }

    /// <summary>The id of the instance.</summary>
    public abstract string InstanceId { get; }

    /// <summary>The calling orchestration; <c>null</c> when a client started this one.</summary>
    public abstract ParentOrchestrationInstance? Parent { get; }

    /// <summary>
    /// The time, in UTC, of the event that is being handled; the same in every replay. Takes the place of the clock.
    /// </summary>
    public abstract DateTime CurrentUtcDateTime { get; }

    /// <summary>
    /// Whether the code is repeating steps it has already taken, to build up its state again. What must happen once
    /// only, such as a log line, happens while this is <c>false</c>.
    /// </summary>
    public abstract bool IsReplaying { get; }

    /// <summary>The version the instance was started with; empty when it has none.</summary>
    public virtual string Version => string.Empty;

    /// <summary>Settings of the worker that orchestrators may read; empty unless the worker gives some.</summary>
    public virtual IReadOnlyDictionary<string, object?> Properties { get; } = new Dictionary<string, object?>();

    /// <summary>The loggers of the worker, which write in every replay again.</summary>
    protected abstract ILoggerFactory LoggerFactory { get; }

    /// <summary>The input the instance was started with.</summary>
    /// <typeparam name="T">The type of the input.</typeparam>
    /// <returns>The input; <c>null</c> when none was given.</returns>
    public abstract T? GetInput<T>();

    /// <summary>Calls an activity.</summary>
    /// <typeparam name="TResult">The type its output is read as.</typeparam>
    /// <param name="name">The name of the activity.</param>
    /// <param name="input">Its input; serialized and stored.</param>
    /// <param name="options">Retries and tags.</param>
    /// <returns>The output. The activity runs at least once, and not twice after its output is stored.</returns>
    /// <exception cref="TaskFailedException">It failed, or no such activity is registered; after the last
    /// retry.</exception>
    /// <exception cref="ArgumentException">Options were given as the input.</exception>
    public abstract Task<TResult> CallActivityAsync<TResult>(
        TaskName name, object? input = null, TaskOptions? options = null);

    /// <summary>Calls an orchestrator as part of this one.</summary>
    /// <typeparam name="TResult">The type its output is read as.</typeparam>
    /// <param name="orchestratorName">The name of the orchestrator.</param>
    /// <param name="input">Its input; serialized and stored.</param>
    /// <param name="options">Retries, tags and, as <see cref="SubOrchestrationOptions"/>, the id.</param>
    /// <returns>The output.</returns>
    /// <exception cref="TaskFailedException">It failed; after the last retry.</exception>
    public abstract Task<TResult> CallSubOrchestratorAsync<TResult>(
        TaskName orchestratorName, object? input = null, TaskOptions? options = null);

    /// <summary>Waits until a point in time, also over restarts.</summary>
    /// <param name="fireAt">When to go on; local times are turned into UTC, past times end the wait at once.</param>
    /// <param name="cancellationToken">Ends the wait early.</param>
    /// <returns>A task that completes at that time.</returns>
    /// <exception cref="OperationCanceledException">The wait was ended early.</exception>
    public abstract Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken);

    /// <summary>
    /// Waits for an external event. Events that came before are kept in their order for the first one to wait; among
    /// several who wait for one name the newest gets the event, and each event is given to one of them only.
    /// </summary>
    /// <typeparam name="T">The type of the payload; the same for all who wait for one name at a time.</typeparam>
    /// <param name="eventName">The name of the event; compared without case.</param>
    /// <param name="cancellationToken">Ends the wait early.</param>
    /// <returns>The payload.</returns>
    /// <exception cref="OperationCanceledException">The wait was ended early.</exception>
    public abstract Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default);

    /// <summary>Sends an external event to another instance; nothing tells whether it was received.</summary>
    /// <param name="instanceId">The id of the receiving instance; an unknown one is no error.</param>
    /// <param name="eventName">The name of the event.</param>
    /// <param name="payload">The payload; serialized and stored.</param>
    public abstract void SendEvent(string instanceId, string eventName, object payload);

    /// <summary>Publishes a status that clients can read while the orchestration goes on.</summary>
    /// <param name="customStatus">The status; serialized and stored. <c>null</c> takes it away.</param>
    public abstract void SetCustomStatus(object? customStatus);

    /// <summary>
    /// Ends this execution, as soon as the orchestrator returns, and starts the same instance over with an empty
    /// history. What the orchestrator returns is then of no effect.
    /// </summary>
    /// <param name="newInput">The input of the next generation.</param>
    /// <param name="preserveUnprocessedEvents">Whether events not yet awaited go on to the next generation.</param>
    public abstract void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true);

    /// <summary>A new identifier that is the same in every replay, of version 5.</summary>
    /// <returns>The identifier, made from the instance id, the time and a counter.</returns>
    public abstract Guid NewGuid();
}
