using Aurora.LocalRuntime.Durable.Engine;
using Microsoft.DurableTask.Client;

namespace Aurora.LocalRuntime.Durable.Client;

/// <summary>Reads the statuses in which an existing instance forbids a start of the same id.</summary>
internal static class ReusePolicy
{
    /// <summary>Statuses that no instance is ever in, but that callers may list.</summary>
    private static readonly HashSet<string> NeverReached = new(["Canceled", "ContinuedAsNew"], StringComparer.OrdinalIgnoreCase);

    private static readonly Dictionary<string, OrchestrationRuntimeStatus> Statuses =
        Enum.GetValues<OrchestrationRuntimeStatus>().ToDictionary(static status => status.ToString(), StringComparer.OrdinalIgnoreCase);

    public static IReadOnlyList<OrchestrationRuntimeStatus> Read(IReadOnlyList<string>? statuses, bool acceptsAny = false)
    {
        if (statuses is null)
        {
            return StartRequest.LiveStatuses;
        }

        var forbidding = new List<OrchestrationRuntimeStatus>(statuses.Count);
        foreach (var name in statuses)
        {
            if (Statuses.TryGetValue(name, out var status))
            {
                forbidding.Add(status);
            }
            else if (!NeverReached.Contains(name))
            {
                throw new ArgumentException($"Invalid orchestration runtime status: '{name}' for deduplication.", nameof(statuses));
            }
        }

        // A live instance in a status left out is terminated to make room: then "Terminated" would forbid the very start it was ended for.
        if (!acceptsAny && forbidding.Contains(OrchestrationRuntimeStatus.Terminated) && !StartRequest.LiveStatuses.All(forbidding.Contains))
        {
            throw new ArgumentException(
                "'Terminated' among the statuses that forbid a start needs Pending, Running and Suspended beside it: a live instance would be terminated first, and then forbid the start.",
                nameof(statuses));
        }

        return forbidding;
    }
}
