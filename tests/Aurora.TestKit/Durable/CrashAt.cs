using Aurora.LocalRuntime.Durable.Engine;
using Aurora.LocalRuntime.Durable.Storage;

namespace Aurora.TestKit.Durable;

/// <summary>Kills the engine at its n-th commit, before or after the store has it.</summary>
internal sealed class CrashAt(int commit, bool afterwards) : IEngineCrashPoints
{
    private int _commits;

    public bool HasFired { get; private set; }

    public void BeforeCommit(IReadOnlyList<InstanceCommit> batch)
    {
        if (Interlocked.Increment(ref _commits) == commit && !afterwards)
        {
            Fire();
        }
    }

    public void AfterCommit(IReadOnlyList<InstanceCommit> batch)
    {
        if (Volatile.Read(ref _commits) == commit && afterwards)
        {
            Fire();
        }
    }

    private void Fire()
    {
        HasFired = true;
        throw new SimulatedCrashException();
    }
}
