using Npgsql;

namespace Aurora.Functions.Platform.Time;

/// <summary>
/// The one clock that due times and leases are compared with: the app's <see cref="TimeProvider"/> moved by the offset
/// between this machine and the database, so that workers on machines with different clocks agree, and a fake
/// <see cref="TimeProvider"/> still rules everything. Instants have the database's resolution of a microsecond.
/// </summary>
internal sealed class DatabaseClock(TimeProvider time, NpgsqlDataSource database)
{
    private const int Samples = 3;
    private const string NowSql = "select clock_timestamp()";
    private long _offsetTicks;
    private long _lastOrdered;

    /// <summary>How far the database's clock is ahead of this machine's.</summary>
    public TimeSpan Offset => new(Volatile.Read(ref _offsetTicks));

    /// <summary>Now, on the database's clock.</summary>
    public DateTimeOffset UtcNow => new(NowTicks(), TimeSpan.Zero);

    /// <summary>Now, but at least one microsecond after every earlier answer in this process.</summary>
    public DateTimeOffset NextOrdered()
    {
        while (true)
        {
            var last = Volatile.Read(ref _lastOrdered);
            var next = Math.Max(NowTicks(), last + TimeSpan.TicksPerMicrosecond);
            if (Interlocked.CompareExchange(ref _lastOrdered, next, last) == last)
            {
                return new DateTimeOffset(next, TimeSpan.Zero);
            }
        }
    }

    /// <summary>Measures the offset anew: of a few samples the one with the shortest round trip is the most exact.</summary>
    public async Task SynchroniseAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var command = new NpgsqlCommand(NowSql, connection);
        var best = TimeSpan.MaxValue;
        var offset = TimeSpan.Zero;
        for (var i = 0; i < Samples; i++)
        {
            // Against the machine's clock, not against the app's: a fake one must not be pulled to real time.
            var sent = TimeProvider.System.GetUtcNow();
            var started = TimeProvider.System.GetTimestamp();
            var theirs = new DateTimeOffset((DateTime)(await command.ExecuteScalarAsync(cancellation))!, TimeSpan.Zero);
            var roundTrip = TimeProvider.System.GetElapsedTime(started);
            if (roundTrip < best)
            {
                best = roundTrip;
                offset = theirs - (sent + (roundTrip / 2));
            }
        }

        // An offset smaller than the error of its measurement is noise.
        Volatile.Write(ref _offsetTicks, offset.Duration() <= best ? 0 : offset.Ticks);
    }

    private long NowTicks()
    {
        var ticks = time.GetUtcNow().Ticks + Volatile.Read(ref _offsetTicks);
        return ticks - (ticks % TimeSpan.TicksPerMicrosecond);
    }
}
