namespace Aurora.Functions.Platform.Postgres;

/// <summary>A writer's queue is full: nothing was written, and the caller sheds the request (503 with Retry-After).</summary>
internal sealed class WriterOverloadedException : Exception
{
    public WriterOverloadedException()
    {
    }

    public WriterOverloadedException(string message)
        : base(message)
    {
    }

    public WriterOverloadedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>When it makes sense to try again.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(1);
}
