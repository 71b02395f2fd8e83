namespace Microsoft.DurableTask;

/// <summary>What an activity knows about its call.</summary>
public abstract class TaskActivityContext
{
    /// <summary>The name under which the activity was called.</summary>
    public abstract TaskName Name { get; }

    /// <summary>The id of the calling orchestration instance.</summary>
    public abstract string InstanceId { get; }
}
