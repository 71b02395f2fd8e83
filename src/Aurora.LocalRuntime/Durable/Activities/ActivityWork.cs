using Aurora.LocalRuntime.Durable.Engine;
using Aurora.LocalRuntime.Durable.History;
using Aurora.LocalRuntime.Durable.Orchestrations;
using Microsoft.DurableTask;

namespace Aurora.LocalRuntime.Durable.Activities;

/// <summary>One run of an activity. Its answer goes to the instance's mailbox and is written with the turn that takes it in.</summary>
internal sealed class ActivityWork(DurableEngine engine, string instanceId, long execution, OrchestrationAction action) : TaskActivityContext, IWorkItem
{
    public override TaskName Name => new(action.Name);

    public override string InstanceId => instanceId;

    public void Execute()
    {
        Task<object?> run;
        try
        {
            run = engine.Code.RunActivityAsync(action.Name, this, action.Input, engine.ActivityToken);
        }
        catch (Exception thrown)
        {
            Fail(thrown);
            return;
        }

        if (run.IsCompleted)
        {
            Answer(run);
        }
        else
        {
            run.GetAwaiter().UnsafeOnCompleted(() => Answer(run));
        }
    }

    private void Answer(Task<object?> run)
    {
        if (!run.IsCompletedSuccessfully)
        {
            Fail(run.Exception?.InnerException ?? new TaskCanceledException(run));
            return;
        }

        try
        {
#pragma warning disable VSTHRD002 // The task is completed: this reads its result.
            Deliver(HistoryEvent.TaskCompleted(action.TaskId, engine.Converter.Serialize(run.Result)));
#pragma warning restore VSTHRD002
        }
        catch (Exception unwritable)
        {
            Fail(unwritable);
        }
    }

    private void Fail(Exception thrown)
    {
        if (thrown is OperationCanceledException && engine.ActivityToken.IsCancellationRequested)
        {
            // Cut short by the shutdown: no answer is recorded, so it runs again after the restart.
            engine.ActivityDone(null);
            return;
        }

        Deliver(HistoryEvent.TaskFailed(action.TaskId, FailureDescription.Of(thrown), isFinal: false));
    }

    private void Deliver(HistoryEvent answer) =>
        engine.ActivityDone(new InstanceMessage { Target = instanceId, Execution = execution, Event = answer });
}
