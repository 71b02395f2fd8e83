namespace Microsoft.DurableTask.Client;

/// <summary>What a purge did.</summary>
public class PurgeResult
{
    /// <summary>Makes a result that does not say whether everything was purged.</summary>
    /// <param name="count">How many instances were purged; not negative.</param>
    /// <exception cref="ArgumentException">The count is negative.</exception>
    public PurgeResult(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        PurgedInstanceCount = count;
    }

    /// <summary>Makes a result.</summary>
    /// <param name="count">How many instances were purged; not negative.</param>
    /// <param name="isComplete">Whether everything was purged; <c>null</c> when that is not known.</param>
    /// <exception cref="ArgumentException">The count is negative.</exception>
    public PurgeResult(int count, bool? isComplete)
        : this(count)
    {
        IsComplete = isComplete;
    }

    /// <summary>How many instances were purged.</summary>
    public int PurgedInstanceCount { get; }

    /// <summary>Whether everything was purged; <c>null</c> when that is not known.</summary>
    public bool? IsComplete { get; }
}
