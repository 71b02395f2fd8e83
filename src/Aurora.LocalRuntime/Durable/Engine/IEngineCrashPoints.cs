using Aurora.LocalRuntime.Durable.Storage;

namespace Aurora.LocalRuntime.Durable.Engine;

/// <summary>
/// Where a test may stop the engine as if its process had died: what was not committed is lost, what was committed is not followed up.
/// </summary>
internal interface IEngineCrashPoints
{
    /// <summary>Called before a batch is handed to the store. Throwing <see cref="SimulatedCrashException"/> kills the engine.</summary>
    void BeforeCommit(IReadOnlyList<InstanceCommit> batch);

    /// <summary>Called when the store has made a batch durable and nothing has followed from it yet.</summary>
    void AfterCommit(IReadOnlyList<InstanceCommit> batch);
}

/// <summary>Production: nothing crashes on purpose.</summary>
internal sealed class NoCrashPoints : IEngineCrashPoints
{
    public static readonly NoCrashPoints Instance = new();

    public void BeforeCommit(IReadOnlyList<InstanceCommit> batch)
    {
    }

    public void AfterCommit(IReadOnlyList<InstanceCommit> batch)
    {
    }
}

/// <summary>Ends an engine the way a killed process ends.</summary>
internal sealed class SimulatedCrashException() : Exception("The engine was made to crash.");
