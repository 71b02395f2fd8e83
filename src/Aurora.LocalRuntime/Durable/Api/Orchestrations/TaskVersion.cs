namespace Microsoft.DurableTask;

/// <summary>The version of an orchestration, as free text. Versions compare without case; empty means none.</summary>
public readonly struct TaskVersion : IEquatable<TaskVersion>
{
    private readonly string? _version;

    /// <summary>Wraps a version.</summary>
    /// <param name="version">The version; <c>null</c> and the empty text both mean "no version".</param>
    /// <exception cref="ArgumentException">The text is nothing but white space.</exception>
    public TaskVersion(string? version)
    {
        if (!string.IsNullOrEmpty(version) && string.IsNullOrWhiteSpace(version))
        {
            throw new ArgumentException("A version is either empty (no version) or has visible text.", nameof(version));
        }

        _version = version;
    }

    /// <summary>The version as text, empty for "no version" and never <c>null</c>.</summary>
    public string Version => _version ?? string.Empty;

    /// <summary>Gives the version as text.</summary>
    /// <param name="value">The version to unwrap.</param>
    public static implicit operator string(TaskVersion value) => value.Version;

    /// <summary>Wraps a version given as text.</summary>
    /// <param name="value">The text to wrap.</param>
    public static implicit operator TaskVersion(string? value) => new(value);

    /// <summary>Whether two versions are the same, without regard to case.</summary>
    /// <param name="a">One version.</param>
    /// <param name="b">The other version.</param>
    /// <returns><c>true</c> when they are the same.</returns>
    public static bool operator ==(TaskVersion a, TaskVersion b) => a.Equals(b);

    /// <summary>Whether two versions differ, without regard to case.</summary>
    /// <param name="a">One version.</param>
    /// <param name="b">The other version.</param>
    /// <returns><c>true</c> when they differ.</returns>
    public static bool operator !=(TaskVersion a, TaskVersion b) => !a.Equals(b);

    /// <inheritdoc/>
    public bool Equals(TaskVersion other) => string.Equals(Version, other.Version, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is TaskVersion other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(Version);
}
