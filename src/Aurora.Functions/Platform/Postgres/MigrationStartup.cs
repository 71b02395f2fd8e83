using Aurora.Functions.Platform.Time;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Aurora.Functions.Platform.Postgres;

/// <summary>The database could not be reached at start-up.</summary>
internal sealed class DatabaseUnreachableException(string message, Exception inner) : Exception(message, inner);

/// <summary>
/// The first hosted service of the app: when the others start, the database answers, its schema is current and the
/// clock is corrected. Everything is resolved here and not in the constructor, because the connection string may only
/// be known once the host starts.
/// </summary>
internal sealed class MigrationStartup(
    IOptions<PostgresOptions> options,
    Lazy<MigrationRunner> runner,
    Lazy<DatabaseClock> clock,
    TimeProvider time) : IHostedService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var settings = options.Value;
        var started = time.GetTimestamp();
        while (true)
        {
            try
            {
                await runner.Value.RunAsync(cancellationToken);
                await clock.Value.SynchroniseAsync(cancellationToken);
                return;
            }
            catch (Exception e) when (PostgresFailures.IsUnavailable(e))
            {
                if (time.GetElapsedTime(started) >= settings.StartupTimeout)
                {
                    throw Unreachable(settings, e);
                }

                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static DatabaseUnreachableException Unreachable(PostgresOptions settings, Exception cause)
    {
        var address = new NpgsqlConnectionStringBuilder(settings.ConnectionString);
        return new DatabaseUnreachableException(
            $"The database '{address.Database}' at {address.Host}:{address.Port} cannot be reached: {cause.Message} "
            + "Check ConnectionStrings__Aurora (or DATABASE_URL) and that the server is running.",
            cause);
    }
}
