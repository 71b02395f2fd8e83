namespace Microsoft.DurableTask;

public abstract partial class TaskOrchestrationContext
{
    /// <summary>Calls an activity whose output does not matter.</summary>
    /// <param name="name">The name of the activity.</param>
    /// <param name="input">Its input; serialized and stored.</param>
    /// <param name="options">Retries and tags.</param>
    /// <returns>A task that completes with the activity.</returns>
    /// <exception cref="TaskFailedException">It failed, or no such activity is registered; after the last
    /// retry.</exception>
    public virtual Task CallActivityAsync(TaskName name, object? input = null, TaskOptions? options = null)
        => CallActivityAsync<object>(name, input, options);

    /// <summary>Calls an activity without input whose output does not matter.</summary>
    /// <param name="name">The name of the activity.</param>
    /// <param name="options">Retries and tags.</param>
    /// <returns>A task that completes with the activity.</returns>
    /// <exception cref="TaskFailedException">It failed, or no such activity is registered; after the last
    /// retry.</exception>
    public virtual Task CallActivityAsync(TaskName name, TaskOptions options)
        => CallActivityAsync(name, null, options);

    /// <summary>Calls an activity without input.</summary>
    /// <typeparam name="TResult">The type its output is read as.</typeparam>
    /// <param name="name">The name of the activity.</param>
    /// <param name="options">Retries and tags.</param>
    /// <returns>The output.</returns>
    /// <exception cref="TaskFailedException">It failed, or no such activity is registered; after the last
    /// retry.</exception>
    public virtual Task<TResult> CallActivityAsync<TResult>(TaskName name, TaskOptions options)
        => CallActivityAsync<TResult>(name, null, options);

    /// <summary>Calls an orchestrator, whose output does not matter, as part of this one.</summary>
    /// <param name="orchestratorName">The name of the orchestrator.</param>
    /// <param name="input">Its input; serialized and stored.</param>
    /// <param name="options">Retries, tags and, as <see cref="SubOrchestrationOptions"/>, the id.</param>
    /// <returns>A task that completes with the sub-orchestration.</returns>
    /// <exception cref="TaskFailedException">It failed; after the last retry.</exception>
    public virtual Task CallSubOrchestratorAsync(
        TaskName orchestratorName, object? input = null, TaskOptions? options = null)
        => CallSubOrchestratorAsync<object>(orchestratorName, input, options);

    /// <summary>Calls an orchestrator, without input and whose output does not matter, as part of this one.</summary>
    /// <param name="orchestratorName">The name of the orchestrator.</param>
    /// <param name="options">Retries, tags and, as <see cref="SubOrchestrationOptions"/>, the id.</param>
    /// <returns>A task that completes with the sub-orchestration.</returns>
    /// <exception cref="TaskFailedException">It failed; after the last retry.</exception>
    public virtual Task CallSubOrchestratorAsync(TaskName orchestratorName, TaskOptions options)
        => CallSubOrchestratorAsync(orchestratorName, null, options);

    /// <summary>Calls an orchestrator without input as part of this one.</summary>
    /// <typeparam name="TResult">The type its output is read as.</typeparam>
    /// <param name="orchestratorName">The name of the orchestrator.</param>
    /// <param name="options">Retries, tags and, as <see cref="SubOrchestrationOptions"/>, the id.</param>
    /// <returns>The output.</returns>
    /// <exception cref="TaskFailedException">It failed; after the last retry.</exception>
    public virtual Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName orchestratorName, TaskOptions options)
        => CallSubOrchestratorAsync<TResult>(orchestratorName, null, options);

    /// <summary>Waits for a while, also over restarts.</summary>
    /// <param name="delay">How long, counted from <see cref="CurrentUtcDateTime"/>.</param>
    /// <param name="cancellationToken">Ends the wait early.</param>
    /// <returns>A task that completes after the delay.</returns>
    /// <exception cref="OperationCanceledException">The wait was ended early.</exception>
    public virtual Task CreateTimer(TimeSpan delay, CancellationToken cancellationToken)
        => CreateTimer(CurrentUtcDateTime.Add(delay), cancellationToken);

    /// <summary>Waits for an external event for a limited time.</summary>
    /// <typeparam name="T">The type of the payload.</typeparam>
    /// <param name="eventName">The name of the event; compared without case.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <returns>The payload.</returns>
    /// <exception cref="TaskCanceledException">The event did not come in time.</exception>
    public Task<T> WaitForExternalEvent<T>(string eventName, TimeSpan timeout)
        => WaitForExternalEvent<T>(eventName, timeout, CancellationToken.None);

    /// <summary>Waits for an external event for a limited time.</summary>
    /// <typeparam name="T">The type of the payload.</typeparam>
    /// <param name="eventName">The name of the event; compared without case.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="cancellationToken">Ends the wait early.</param>
    /// <returns>The payload.</returns>
    /// <exception cref="TaskCanceledException">The event did not come in time, or the wait was ended early.</exception>
    public async Task<T> WaitForExternalEvent<T>(
        string eventName, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var timerWait = new CancellationTokenSource();
        using var eventWait = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

        // The timer is scheduled before the wait: histories depend on this order.
        var timedOut = CreateTimer(timeout, timerWait.Token);
        var received = WaitForExternalEvent<T>(eventName, eventWait.Token);

        var first = await Task.WhenAny(timedOut, received);
        var loser = first == received ? timerWait : eventWait;
#pragma warning disable CA1849, MA0042 // Cancelling in the background would leave the orchestrator's thread.
        loser.Cancel();
#pragma warning restore CA1849, MA0042

        return await received;
    }

    /// <summary>
    /// Ends this execution, as soon as the orchestrator returns, and starts the same instance over with an empty
    /// history.
    /// </summary>
    /// <param name="options">The input of the next generation and what goes over to it.</param>
    public virtual void ContinueAsNew(ContinueAsNewOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ContinueAsNew(options.NewInput, options.PreserveUnprocessedEvents);
    }

    /// <summary>Orders the instance's version against another one.</summary>
    /// <param name="version">The version to compare with.</param>
    /// <returns>Negative, zero or positive as the instance's version is lower, equal or higher.</returns>
    public virtual int CompareVersionTo(string version)
        => Abstractions.TaskOrchestrationVersioningUtils.CompareVersions(Version, version);
}
