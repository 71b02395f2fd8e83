using Aurora.LocalRuntime.Durable.History;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace Aurora.LocalRuntime.Durable.Orchestrations;

/// <summary>What an orchestrator sees of its execution.</summary>
internal sealed partial class EngineOrchestrationContext(OrchestrationExecution execution, ILoggerFactory loggers) : TaskOrchestrationContext
{
    private static readonly IReadOnlyDictionary<string, object?> NoProperties = new Dictionary<string, object?>();

    private int _guids;
    private (Type Type, object? Value)? _input;

    /// <summary>
    /// What the code that runs here was given and gives back at its end. A coroutine dropped before has no end: then the engine
    /// gives it back.
    /// </summary>
    public IAsyncDisposable? Lent { get; set; }

    public override TaskName Name => new(execution.Info.Name);

    public override string InstanceId => execution.Info.Id;

    public override ParentOrchestrationInstance? Parent { get; } = execution.Info.Parent is { } parent
        ? new ParentOrchestrationInstance(new TaskName(parent.Name), parent.InstanceId)
        : null;

    public override DateTime CurrentUtcDateTime => execution.CurrentUtcDateTime;

    public override bool IsReplaying => execution.IsReplaying;

    public override string Version => execution.Info.Version;

    public override IReadOnlyDictionary<string, object?> Properties => NoProperties;

    protected override ILoggerFactory LoggerFactory => loggers;

    public override T GetInput<T>() => (T)GetInput(typeof(T))!;

    /// <summary>The input read as a type known at run time only.</summary>
    public object? GetInput(Type type)
    {
        if (_input is not { } known || known.Type != type)
        {
            known = (type, execution.Info.Input is null ? DefaultOf(type) : execution.Converter.Deserialize(execution.Info.Input, type));
            _input = known;
        }

        return known.Value;
    }

    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        execution.EnsureOrchestratorThread();
        var due = fireAt.ToUniversalTime();
        var taskId = execution.NextTaskId();
        var timer = new OpenTimer(due);
        execution.Ask(new OrchestrationAction { Kind = OrchestrationActionKind.CreateTimer, TaskId = taskId, FireAt = due });
        execution.Open(taskId, timer);
        if (cancellationToken.CanBeCanceled)
        {
            cancellationToken.Register(() =>
            {
                execution.TryClose(taskId, out _);
                timer.TrySetCanceled(cancellationToken);
            });
        }

        return timer.Task;
    }

    public override Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default)
    {
        execution.EnsureOrchestratorThread();
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        return execution.Events.WaitAsync<T>(eventName, cancellationToken);
    }

    public override void SendEvent(string instanceId, string eventName, object payload)
    {
        execution.EnsureOrchestratorThread();
        ArgumentException.ThrowIfNullOrWhiteSpace(instanceId);
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        execution.Ask(new OrchestrationAction
        {
            Kind = OrchestrationActionKind.SendEvent,
            TaskId = execution.NextTaskId(),
            Name = eventName,
            InstanceId = instanceId,
            Input = execution.Converter.Serialize(payload),
        });
    }

    public override void SetCustomStatus(object? customStatus) => execution.SetCustomStatus(customStatus);

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true)
    {
        execution.EnsureOrchestratorThread();
        execution.ContinueAsNew(execution.Converter.Serialize(newInput), null, preserveUnprocessedEvents);
    }

    public override void ContinueAsNew(ContinueAsNewOptions options)
    {
        execution.EnsureOrchestratorThread();
        ArgumentNullException.ThrowIfNull(options);
        var version = string.IsNullOrWhiteSpace(options.NewVersion) ? null : options.NewVersion;
        execution.ContinueAsNew(execution.Converter.Serialize(options.NewInput), version, options.PreserveUnprocessedEvents);
    }

    public override Guid NewGuid() => RepeatableGuid.Create(InstanceId, CurrentUtcDateTime, _guids++);

    private static object? DefaultOf(Type type) => type.IsValueType ? Activator.CreateInstance(type) : null;
}
