namespace Microsoft.DurableTask;

/// <summary>One page of a longer result.</summary>
/// <typeparam name="T">The type of the items.</typeparam>
public sealed class Page<T>
    where T : notnull
{
    /// <summary>Makes a page.</summary>
    /// <param name="values">The items of the page.</param>
    /// <param name="continuationToken">Where the next page begins; <c>null</c> when this is the last one.</param>
    public Page(IReadOnlyList<T> values, string? continuationToken = null)
    {
        ArgumentNullException.ThrowIfNull(values);
        Values = values;
        ContinuationToken = continuationToken;
    }

    /// <summary>The items of the page.</summary>
    public IReadOnlyList<T> Values { get; }

    /// <summary>Where the next page begins; <c>null</c> when this is the last one.</summary>
    public string? ContinuationToken { get; }
}
