namespace Microsoft.DurableTask;

/// <summary>
/// The name under which an orchestrator, activity or event is registered and called. Names compare without case.
/// </summary>
public readonly struct TaskName : IEquatable<TaskName>
{
    /// <summary>Wraps a name.</summary>
    /// <param name="name">The name; <c>null</c> gives the default value, which names nothing.</param>
    public TaskName(string name)
    {
        Name = name;
    }

    /// <summary>The plain name; <c>null</c> for the default value.</summary>
    public string Name { get; }

    /// <summary>Gives the plain name.</summary>
    /// <param name="value">The name to unwrap.</param>
    public static implicit operator string(TaskName value) => value.Name;

    /// <summary>Wraps a plain name; <c>null</c> and the empty text give the default value.</summary>
    /// <param name="value">The text to wrap.</param>
    public static implicit operator TaskName(string value) => string.IsNullOrEmpty(value) ? default : new(value);

    /// <summary>Whether two names are the same, without regard to case.</summary>
    /// <param name="a">One name.</param>
    /// <param name="b">The other name.</param>
    /// <returns><c>true</c> when they name the same thing.</returns>
    public static bool operator ==(TaskName a, TaskName b) => a.Equals(b);

    /// <summary>Whether two names differ, without regard to case.</summary>
    /// <param name="a">One name.</param>
    /// <param name="b">The other name.</param>
    /// <returns><c>true</c> when they name different things.</returns>
    public static bool operator !=(TaskName a, TaskName b) => !a.Equals(b);

    /// <inheritdoc/>
    public bool Equals(TaskName other) => string.Equals(Name, other.Name, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is TaskName other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Name is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(Name);

    /// <summary>The plain name; <c>null</c> for the default value.</summary>
    /// <returns>The same text as <see cref="Name"/>.</returns>
    public override string ToString() => Name;
}
