using Aurora.Functions.Outbox;
using Aurora.Functions.Platform.Time;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Aurora.Functions.Operations;

/// <summary><c>GET /health</c>: the process answers. <c>GET /health/ready</c>: it can take work, with named checks.</summary>
internal sealed class HealthFunctions(
    NpgsqlDataSource database,
    IOutboxStore outbox,
    DatabaseClock clock,
    TimeProvider time,
    IOptions<OperationsOptions> options,
    ILogger<HealthFunctions> logger)
{
    private static readonly HealthAnswer Alive = new(HealthRules.Ok, new Dictionary<string, HealthCheckAnswer>());

    [Function("Health")]
    public static IResult Live([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health")] HttpRequest request) =>
        TypedResults.Json(Alive, OperationsJsonContext.Default.HealthAnswer);

    [Function("HealthReady")]
    public async Task<IResult> Ready(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health/ready")] HttpRequest request,
        CancellationToken cancellation)
    {
        var checks = new Dictionary<string, HealthCheckAnswer>
        {
            ["database"] = await CheckAsync("database", CheckDatabaseAsync, cancellation),
            ["outbox"] = await CheckAsync("outbox", CheckBacklogAsync, cancellation),
        };
        var answer = HealthRules.Aggregate(checks);
        var status = answer.Status == HealthRules.Failed ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
        return TypedResults.Json(answer, OperationsJsonContext.Default.HealthAnswer, statusCode: status);
    }

    private async Task<HealthCheckAnswer> CheckAsync(
        string name, Func<CancellationToken, Task<HealthCheckAnswer>> check, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(options.Value.CheckTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout.Token);
        try
        {
            return await check(linked.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return new(HealthRules.Failed, $"no answer within {options.Value.CheckTimeout.TotalSeconds:0.#} s");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // A probe reports; what exactly broke is for the log, nothing internal leaves the app.
            OperationsLog.CheckFailed(logger, name, e);
            return new(HealthRules.Failed, "see the log");
        }
    }

    private async Task<HealthCheckAnswer> CheckDatabaseAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("SELECT 1");
        await command.ExecuteScalarAsync(cancellation);
        return new(HealthRules.Ok, null);
    }

    private async Task<HealthCheckAnswer> CheckBacklogAsync(CancellationToken cancellation)
    {
        var backlog = await outbox.ReadBacklogAsync(cancellation);
        return HealthRules.OfBacklog(backlog.OldestWaiting, clock.UtcNow, options.Value.BacklogAgeThreshold);
    }
}
