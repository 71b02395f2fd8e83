using Aurora.Functions.Ingest.Accepting;
using Aurora.Functions.Platform.Http;
using Aurora.Functions.Platform.Postgres;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Aurora.Functions.Ingest;

/// <summary>Turns what may go wrong around an accepting call into its documented answer, once, at the edge.</summary>
internal sealed class EdgeGuard(
    Acceptor acceptor, IngestMetrics metrics, IOptions<IngestOptions> options, ILogger<EdgeGuard> logger)
{
    public async Task<IResult> RunAsync(string route, Guid traceId, Func<Task<IResult>> accept)
    {
        var started = System.Diagnostics.Stopwatch.GetTimestamp();
        var result = acceptor.IsFull ? Problems.Overloaded(traceId, options.Value.RetryAfter) : await GuardedAsync(traceId, accept);
        if (result is ProblemResult { StatusCode: { } status, Value: ProblemBody body })
        {
            metrics.Refused(status, body.Code);
        }

        metrics.Took(route, started);
        return result;
    }

    private async Task<IResult> GuardedAsync(Guid traceId, Func<Task<IResult>> accept)
    {
        try
        {
            return await accept();
        }
        catch (WriterOverloadedException)
        {
            return Problems.Overloaded(traceId, options.Value.RetryAfter);
        }
        catch (Exception e) when (PostgresFailures.IsUnavailable(e) || PostgresFailures.IsConflict(e)
            || e is ObjectDisposedException or OperationCanceledException)
        {
            // Cancelled: the caller left, or this process is stopping; either way nothing was promised.
            IngestLog.DatabaseUnavailable(logger, traceId, (e as PostgresException)?.SqlState ?? e.GetType().Name);
            return Problems.DatabaseUnavailable(traceId);
        }
        catch (Exception e)
        {
            IngestLog.Unexpected(logger, traceId, e.GetType().Name);
            return Problems.Internal(traceId);
        }
    }
}
