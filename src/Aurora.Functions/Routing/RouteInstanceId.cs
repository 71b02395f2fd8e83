using System.Globalization;
using Aurora.Functions.Outbox;

namespace Aurora.Functions.Routing;

/// <summary>The id of the run of one attempt; derived, so that starting it twice is starting it once.</summary>
internal static class RouteInstanceId
{
    /// <summary>The run of a claim.</summary>
    public static string Of(OutboxClaim claim) =>
        string.Create(CultureInfo.InvariantCulture, $"route-{claim.Id.Value}-{claim.Attempt}");
}
