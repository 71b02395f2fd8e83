using System.Net;
using Aurora.LocalRuntime.Http;
using Aurora.TestKit;
using Aurora.TestKit.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Aurora.Functions.Tests.LocalRuntime.Http;

/// <summary>The request limits of host.json.</summary>
public sealed class RequestLimitTests
{
    [Fact]
    public async Task Request_BeyondMaxOutstanding_Is429_AndWithinItWaitsForItsTurn()
    {
        var options = new FunctionTestHostOptions
        {
            HostJson = """
                { "version": "2.0", "extensions": { "http": { "routePrefix": "", "maxOutstandingRequests": 2, "maxConcurrentRequests": 1 } } }
                """,
        };
        await using var host = await FunctionTestHost.StartAsync(options, typeof(SlowFunctions));
        var first = host.Client.GetAsync("/slow");
        await Eventually.BecomesTrueAsync(() => SlowFunctions.Running == 1, "the first request runs");
        var second = host.Client.GetAsync("/slow");
        var limits = host.Services.GetRequiredService<RequestLimits>();
        await Eventually.BecomesTrueAsync(() => limits.Outstanding == 2, "the second request waits");

        var third = await host.Client.GetAsync("/slow");

        Assert.Equal(HttpStatusCode.TooManyRequests, third.StatusCode);
        Assert.Equal(1, SlowFunctions.Running);
        SlowFunctions.MayEnd.SetResult();

        Assert.Equal(HttpStatusCode.OK, (await first).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await second).StatusCode);
    }

    public sealed class SlowFunctions
    {
        private static int _running;

        public static int Running => Volatile.Read(ref _running);

        public static TaskCompletionSource MayEnd { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        [Function("slow")]
        public async Task Slow([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request)
        {
            Interlocked.Increment(ref _running);
            await MayEnd.Task;
            Interlocked.Decrement(ref _running);
        }
    }
}
