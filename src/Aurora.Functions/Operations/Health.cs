namespace Aurora.Functions.Operations;

/// <summary>Outcome of a health check.</summary>
/// <param name="Status"><c>ok</c>, <c>degraded</c> (works, someone should look) or <c>failed</c> (takes no work).</param>
/// <param name="Checks">Each check by name.</param>
internal sealed record HealthAnswer(string Status, IReadOnlyDictionary<string, HealthCheckAnswer> Checks);

/// <summary>One named check.</summary>
internal sealed record HealthCheckAnswer(string Status, string? Detail);

/// <summary>Aggregates named checks: the worst one decides.</summary>
internal static class HealthRules
{
    /// <summary>Works.</summary>
    public const string Ok = "ok";

    /// <summary>Works, someone should look.</summary>
    public const string Degraded = "degraded";

    /// <summary>Takes no work.</summary>
    public const string Failed = "failed";

    /// <summary>The answer over all checks.</summary>
    public static HealthAnswer Aggregate(IReadOnlyDictionary<string, HealthCheckAnswer> checks)
    {
        var status = Ok;
        foreach (var check in checks.Values)
        {
            if (check.Status == Failed)
            {
                status = Failed;
                break;
            }

            status = check.Status == Degraded ? Degraded : status;
        }

        return new(status, checks);
    }

    /// <summary>An old backlog degrades the app but never takes it out of rotation: taking it out would only make it older.</summary>
    public static HealthCheckAnswer OfBacklog(DateTimeOffset? oldestWaiting, DateTimeOffset now, TimeSpan threshold)
    {
        if (oldestWaiting is not { } oldest || now - oldest < threshold)
        {
            return new(Ok, null);
        }

        return new(Degraded, $"the oldest row waits for {(now - oldest).TotalSeconds:F0} s");
    }
}
