namespace Aurora.LocalRuntime.Durable.Engine;

/// <summary>
/// Numbers for executions and messages: unique in the hub without asking the store, because every ownership has a range of its own, and
/// rising, so that lists by number are lists by age.
/// </summary>
internal sealed class NumberSource(long owner)
{
    private const int BitsPerOwner = 40;

    private long _last = owner << BitsPerOwner;

    /// <summary>The first number of this ownership; everything below is from earlier ones.</summary>
    public long First { get; } = owner << BitsPerOwner;

    public long Next() => Interlocked.Increment(ref _last);
}
