using System.Buffers;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;

namespace Aurora.Functions.Ingest;

/// <summary>How reading a body ended.</summary>
internal enum BodyResult
{
    /// <summary>All of it is there.</summary>
    Complete,

    /// <summary>It is larger than the limit; reading stopped there.</summary>
    TooLarge,

    /// <summary>It came too slowly.</summary>
    TooSlow,

    /// <summary>It ended before its announced length, or is not transferred as HTTP describes.</summary>
    Broken,
}

/// <summary>The raw bytes of a request, in a rented buffer. The limit holds while reading, whatever the header announced.</summary>
internal sealed class RequestBody : IDisposable
{
    private const int FirstSize = 4096;
    private byte[]? _buffer;
    private int _length;

    private RequestBody(BodyResult result, byte[]? buffer, int length)
    {
        Result = result;
        _buffer = buffer;
        _length = length;
    }

    public BodyResult Result { get; }

    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, _length);

    /// <summary>Whether the body is declared as JSON in an encoding that JSON may have.</summary>
    public static bool IsJson(HttpRequest request)
    {
        var type = request.ContentType;
        if (type is "application/json" or "application/json; charset=utf-8")
        {
            return true;
        }

        return MediaTypeHeaderValue.TryParse(type, out var parsed)
            && parsed.MediaType is { } media
            && (media.Equals("application/json", StringComparison.OrdinalIgnoreCase)
                || (media.StartsWith("application/", StringComparison.OrdinalIgnoreCase)
                    && media.EndsWith("+json", StringComparison.OrdinalIgnoreCase)))
            && (parsed.CharSet is not { } charset || charset.Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase));
    }

    public static async ValueTask<RequestBody> ReadAsync(HttpRequest request, int limit, CancellationToken cancellation)
    {
        if (request.ContentLength > limit)
        {
            return new RequestBody(BodyResult.TooLarge, null, 0);
        }

        // One byte more than announced shows the end without another buffer.
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(limit, request.ContentLength ?? FirstSize) + 1);
        var length = 0;
        try
        {
            while (true)
            {
                var read = await request.Body.ReadAsync(buffer.AsMemory(length), cancellation);
                if (read == 0)
                {
                    return new RequestBody(BodyResult.Complete, buffer, length);
                }

                length += read;
                if (length > limit)
                {
                    return Ended(BodyResult.TooLarge, buffer);
                }

                if (length == buffer.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent(Math.Min(limit + 1, buffer.Length * 2));
                    buffer.AsSpan(0, length).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }
            }
        }
        catch (BadHttpRequestException e)
        {
            return Ended(
                e.StatusCode switch
                {
                    StatusCodes.Status408RequestTimeout => BodyResult.TooSlow,
                    StatusCodes.Status413PayloadTooLarge => BodyResult.TooLarge,
                    _ => BodyResult.Broken,
                },
                buffer);
        }
        catch (IOException)
        {
            return Ended(BodyResult.Broken, buffer);
        }
        catch (OperationCanceledException)
        {
            return Ended(BodyResult.Broken, buffer);
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        _length = 0;
    }

    private static RequestBody Ended(BodyResult result, byte[] buffer)
    {
        ArrayPool<byte>.Shared.Return(buffer);
        return new RequestBody(result, null, 0);
    }
}
