namespace Aurora.TestKit.Time;

/// <summary>The machine's clock, moved ahead by as much as a test says: due times come at once while timers run as always.</summary>
public sealed class ShiftedTimeProvider : TimeProvider
{
    private long _ahead;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddTicks(Volatile.Read(ref _ahead));

    public void Shift(TimeSpan by) => Interlocked.Add(ref _ahead, by.Ticks);
}
