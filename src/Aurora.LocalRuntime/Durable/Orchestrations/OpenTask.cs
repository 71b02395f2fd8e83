using Microsoft.DurableTask;

namespace Aurora.LocalRuntime.Durable.Orchestrations;

/// <summary>A durable task the orchestrator asked for and that has not answered yet.</summary>
internal interface IOpenTask
{
    OpenTaskKind Kind { get; }

    string Name { get; }

    /// <summary>The child an answer is awaited from.</summary>
    string? ChildInstanceId { get; }

    void Complete(string? payload);

    void Fail(TaskFailureDetails failure);
}

/// <summary>What an open task waits for.</summary>
internal enum OpenTaskKind
{
    /// <summary>An activity.</summary>
    Activity,

    /// <summary>A child instance.</summary>
    SubOrchestration,

    /// <summary>A time.</summary>
    Timer,
}

/// <summary>
/// An open activity or sub-orchestration. Completing it runs the orchestrator's continuation at once, on the thread of the turn.
/// </summary>
internal sealed class OpenTask<T>(OpenTaskKind kind, string name, int taskId, DataConverter converter, string? childInstanceId) : TaskCompletionSource<T>, IOpenTask
{
    public OpenTaskKind Kind => kind;

    public string Name => name;

    public string? ChildInstanceId => childInstanceId;

    public void Complete(string? payload) => this.SetPayload(payload, converter);

    public void Fail(TaskFailureDetails failure) => TrySetException(kind == OpenTaskKind.Activity
        ? new TaskFailedException(name, taskId, new RecordedFailureException(failure))
        : new TaskFailedException(name, taskId, failure));
}

/// <summary>An open timer.</summary>
internal sealed class OpenTimer(DateTime fireAt) : TaskCompletionSource, IOpenTask
{
    public OpenTaskKind Kind => OpenTaskKind.Timer;

    public string Name => "";

    /// <summary>Its event is under way, but may lie behind a suspension.</summary>
    public bool HasFired { get; set; }

    public string? ChildInstanceId => null;

    public DateTime FireAt => fireAt;

    public void Complete(string? payload) => TrySetResult();

    public void Fail(TaskFailureDetails failure) => TrySetCanceled();
}
