namespace Microsoft.DurableTask;

/// <summary>Names an orchestrator or activity class; without it, or without a name, the class name is used.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = false, Inherited = false)]
public sealed class DurableTaskAttribute : Attribute
{
    /// <summary>Gives the class its task name.</summary>
    /// <param name="name">The name; <c>null</c> or empty for the class name.</param>
    public DurableTaskAttribute(string? name = null)
    {
        Name = string.IsNullOrEmpty(name) ? default : new TaskName(name);
    }

    /// <summary>The task name; the default value when the class name is to be used.</summary>
    public TaskName Name { get; }
}
