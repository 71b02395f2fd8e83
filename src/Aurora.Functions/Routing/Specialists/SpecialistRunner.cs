using System.Text.Json.Nodes;
using Aurora.Functions.Outbox;
using Aurora.Functions.Routing.Running;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aurora.Functions.Routing.Specialists;

/// <summary>A specialist broke its contract.</summary>
internal sealed class SpecialistContractException(string message) : Exception(message);

/// <summary>What every specialist activity does around its work: find the message, bound the time, log start and end.</summary>
internal sealed class SpecialistRunner(
    ItemsInFlight inFlight, IOutboxStore store, TimeProvider time, IOptions<RoutingOptions> options, ILogger<SpecialistRunner> logger)
{
    /// <summary>Runs one try. A claim that is stale is not looked at: its orchestration ends at the fence.</summary>
    /// <exception cref="TimeoutException">The specialist took longer than its time.</exception>
    public async Task<SpecialistResult> RunAsync(
        string name,
        SpecialistCall call,
        Func<MessageContext, CancellationToken, Task<SpecialistResult>> work,
        CancellationToken cancellation)
    {
        var claim = new OutboxClaim(new OutboxId(call.OutboxId), call.Attempt);
        if ((inFlight.Find(claim) ?? await store.FindClaimedAsync(claim, cancellation)) is not { } item)
        {
            return SpecialistResult.Of(name, SpecialistStatus.Skip, new JsonObject { ["stale"] = true });
        }

        var context = MessageContextRules.Normalise(item);
        RoutingLog.SpecialistStarted(logger, name, context.TraceId);
        var started = time.GetTimestamp();
        var result = await TimeLimit.RunAsync(token => work(context, token), options.Value.SpecialistTimeout, time, cancellation);
        if (result.ProcessorName != name)
        {
            throw new SpecialistContractException($"The specialist '{name}' answered as '{result.ProcessorName}'.");
        }

        var elapsed = time.GetElapsedTime(started).TotalMilliseconds;
        RoutingMetrics.Specialist(name, result.Status, elapsed);
        RoutingLog.SpecialistEnded(logger, name, context.TraceId, result.Status, elapsed);
        return result;
    }
}
