namespace Microsoft.DurableTask;

/// <summary>Marks a type as the payload of an external event.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, AllowMultiple = false, Inherited = false)]
public sealed class DurableEventAttribute : Attribute
{
    /// <summary>Gives the payload type its event name.</summary>
    /// <param name="name">The name of the event; <c>null</c> or empty for the type's name.</param>
    public DurableEventAttribute(string? name = null)
    {
        Name = string.IsNullOrEmpty(name) ? default : new TaskName(name);
    }

    /// <summary>The event name; the default value when the type's name is to be used.</summary>
    public TaskName Name { get; }
}
