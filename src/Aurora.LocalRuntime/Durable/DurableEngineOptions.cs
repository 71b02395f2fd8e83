using Microsoft.DurableTask;
using Microsoft.DurableTask.Converters;

namespace Aurora.LocalRuntime.Durable;

/// <summary>What the host decides about its engine.</summary>
internal sealed class DurableEngineOptions
{
    /// <summary>The task hub. One engine at a time owns a hub.</summary>
    public string HubName { get; set; } = "TestHub";

    /// <summary>Activities running at the same time; the rest waits in order.</summary>
    public int MaxConcurrentActivities { get; set; } = 10 * Environment.ProcessorCount;

    /// <summary>Orchestrator turns running at the same time.</summary>
    public int MaxConcurrentOrchestrators { get; set; } = 10 * Environment.ProcessorCount;

    /// <summary>Instances with work in hand above which new starts wait. Bounds memory whatever the backlog.</summary>
    public int MaxActiveInstances { get; set; } = 2_000;

    /// <summary>Instances without work in hand (waiting for an event, a timer, a child) kept in memory; the least recently used goes first.</summary>
    public int MaxResidentInstances { get; set; } = 5_000;

    /// <summary>Timers held in memory; later ones stay in the store until their time comes near.</summary>
    public int MaxTimersInMemory { get; set; } = 10_000;

    /// <summary>Drops the coroutine after every turn, so that every turn begins with a replay from history.</summary>
    public bool EvictAfterEveryStep { get; set; }

    /// <summary>Lists of instances carry inputs and outputs even when the query does not ask for them, as Durable Task's test host does.</summary>
    public bool ListsAlwaysCarryPayloads { get; set; }

    /// <summary>
    /// Statuses that forbid a start may be listed in any combination, as Durable Task's test host lets them: also 'Terminated' beside live statuses left out,
    /// where a live instance is terminated and the start goes on.
    /// </summary>
    public bool AcceptsAnyDedupeStatuses { get; set; }

    /// <summary>Connections that commit at the same time.</summary>
    public int CommitLanes { get; set; } = 1;

    /// <summary>Commits of instances written in one transaction at most.</summary>
    public int MaxCommitBatch { get; set; } = 500;

    /// <summary>How inputs, outputs, events and statuses are written and read.</summary>
    public DataConverter DataConverter { get; set; } = JsonDataConverter.Default;
}
