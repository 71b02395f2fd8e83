using System.Runtime.CompilerServices;

namespace Microsoft.DurableTask;

/// <summary>Makes paged results from a function that fetches one page.</summary>
public static class Pageable
{
    /// <summary>Makes a paged result.</summary>
    /// <typeparam name="T">The type of the items.</typeparam>
    /// <param name="pageFunc">Fetches the page at a continuation token; <c>null</c> is the first page.</param>
    /// <returns>The paged result; it ends with the page that has no continuation token.</returns>
    public static AsyncPageable<T> Create<T>(Func<string?, CancellationToken, Task<Page<T>>> pageFunc)
        where T : notnull
    {
        ArgumentNullException.ThrowIfNull(pageFunc);
        return Create<T>((continuation, _, cancellation) => pageFunc(continuation, cancellation));
    }

    /// <summary>Makes a paged result whose page size the reader may choose.</summary>
    /// <typeparam name="T">The type of the items.</typeparam>
    /// <param name="pageFunc">Fetches the page at a continuation token, with the reader's page size when it has
    /// one.</param>
    /// <returns>The paged result; it ends with the page that has no continuation token.</returns>
    public static AsyncPageable<T> Create<T>(Func<string?, int?, CancellationToken, Task<Page<T>>> pageFunc)
        where T : notnull
    {
        ArgumentNullException.ThrowIfNull(pageFunc);
        return new FetchedPages<T>(pageFunc);
    }

    private sealed class FetchedPages<T>(Func<string?, int?, CancellationToken, Task<Page<T>>> fetch) : AsyncPageable<T>
        where T : notnull
    {
        public override IAsyncEnumerable<Page<T>> AsPages(
            string? continuationToken = default, int? pageSizeHint = default)
            => FetchAsync(continuationToken, pageSizeHint, CancellationToken.None);

        private async IAsyncEnumerable<Page<T>> FetchAsync(
            string? continuation, int? pageSize, [EnumeratorCancellation] CancellationToken cancellation)
        {
            do
            {
                var page = await fetch(continuation, pageSize, cancellation);
                yield return page;
                continuation = page.ContinuationToken;
            }
            while (continuation is not null);
        }
    }
}
