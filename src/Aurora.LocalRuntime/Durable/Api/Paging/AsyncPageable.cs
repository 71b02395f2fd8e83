namespace Microsoft.DurableTask;

/// <summary>A result that is read in pages, and may be enumerated item by item or page by page.</summary>
/// <typeparam name="T">The type of the items.</typeparam>
public abstract class AsyncPageable<T> : IAsyncEnumerable<T>
    where T : notnull
{
    /// <summary>Reads page by page.</summary>
    /// <param name="continuationToken">Where to begin; <c>null</c> begins at the start.</param>
    /// <param name="pageSizeHint">How many items a page should hold; <c>null</c> leaves it to the source.</param>
    /// <returns>The pages, each fetched when it is asked for.</returns>
    public abstract IAsyncEnumerable<Page<T>> AsPages(string? continuationToken = default, int? pageSizeHint = default);

    /// <summary>Reads item by item; the next page is fetched when the one before is used up.</summary>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    /// <returns>The items of all pages.</returns>
    public async IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        await foreach (var page in AsPages().WithCancellation(cancellationToken))
        {
            foreach (var value in page.Values)
            {
                yield return value;
            }
        }
    }
}
