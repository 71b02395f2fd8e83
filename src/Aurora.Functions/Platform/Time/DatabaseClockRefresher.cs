using Aurora.Functions.Platform.Postgres;
using Aurora.Functions.Platform.Telemetry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aurora.Functions.Platform.Time;

/// <summary>Keeps the database clock's offset fresh; the start-up measurement is made before anything else runs.</summary>
internal sealed class DatabaseClockRefresher(
    Lazy<DatabaseClock> clock, TimeProvider time, ILogger<DatabaseClockRefresher> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await clock.Value.SynchroniseAsync(stoppingToken);
            }
            catch (Exception e) when (PostgresFailures.IsUnavailable(e))
            {
                // The last offset stays good enough until the database is back.
                PlatformLog.ClockNotMeasured(logger, e);
            }
        }
    }
}
