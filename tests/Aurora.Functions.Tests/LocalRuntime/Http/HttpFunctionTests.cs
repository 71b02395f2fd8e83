using System.Net;
using System.Text;
using Aurora.TestKit.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Xunit;

namespace Aurora.Functions.Tests.LocalRuntime.Http;

/// <summary>What an HTTP function answers, as the Functions host answers it.</summary>
public sealed class HttpFunctionTests
{
    [Theory]
    [InlineData("GET", "/things/7", HttpStatusCode.OK, "thing 7")]
    [InlineData("GET", "/THINGS/7", HttpStatusCode.OK, "thing 7")]
    [InlineData("GET", "/things/last", HttpStatusCode.OK, "last")]
    [InlineData("DELETE", "/things/last", HttpStatusCode.OK, "deleted last")]
    [InlineData("GET", "/things/other", HttpStatusCode.NotFound, "")]
    [InlineData("POST", "/things/7", HttpStatusCode.NotFound, "")]
    [InlineData("PUT", "/anyMethod", HttpStatusCode.OK, "PUT")]
    [InlineData("GET", "/nothing/here", HttpStatusCode.NotFound, "")]
    [InlineData("GET", "/optional", HttpStatusCode.OK, "none")]
    [InlineData("GET", "/optional/x%20y", HttpStatusCode.OK, "x y")]
    public async Task Request_ByRouteAndMethod_ReachesTheFunctionThatFits(
        string method, string path, HttpStatusCode status, string body)
    {
        await using var host = await FunctionTestHost.StartAsync(typeof(RoutedFunctions));

        using var response = await host.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        Assert.Equal(status, response.StatusCode);
        Assert.Equal(body, await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Head_OnAGetFunction_Is404()
    {
        await using var host = await FunctionTestHost.StartAsync(typeof(RoutedFunctions));

        using var response = await host.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/things/7"));

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task Request_WithARoutePrefix_IsAnsweredOnlyBelowIt()
    {
        var options = new FunctionTestHostOptions { HostJson = """{ "version": "2.0" }""" };
        await using var host = await FunctionTestHost.StartAsync(options, typeof(RoutedFunctions));

        Assert.Equal("thing 7", await host.Client.GetStringAsync("/api/things/7"));
        Assert.Equal(HttpStatusCode.NotFound, (await host.Client.GetAsync("/things/7")).StatusCode);
    }

    [Theory]
    [InlineData("/iresult", HttpStatusCode.Accepted, """{"someValue":1}""")]
    [InlineData("/action", HttpStatusCode.Created, """{"someValue":2}""")]
    [InlineData("/plain-action", HttpStatusCode.Conflict, "")]
    [InlineData("/text", HttpStatusCode.OK, "")]
    [InlineData("/object", HttpStatusCode.OK, "")]
    [InlineData("/null", HttpStatusCode.OK, "")]
    [InlineData("/task", HttpStatusCode.OK, "")]
    [InlineData("/written", HttpStatusCode.NonAuthoritativeInformation, "short and stout")]
    [InlineData("/throws", HttpStatusCode.InternalServerError, "")]
    [InlineData("/throws-later", HttpStatusCode.InternalServerError, "")]
    [InlineData("/number/x", HttpStatusCode.InternalServerError, "")]
    [InlineData("/number/42", HttpStatusCode.OK, "42")]
    public async Task Result_ByItsKind_IsExecutedOrAnsweredEmpty(string path, HttpStatusCode status, string body)
    {
        await using var host = await FunctionTestHost.StartAsync(typeof(AnsweringFunctions));

        using var response = await host.Client.GetAsync(path);

        Assert.Equal(status, response.StatusCode);
        Assert.Equal(body, await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Body_OfSeveralRequestsOnOneConnection_IsEachRequestsOwn()
    {
        await using var host = await FunctionTestHost.StartAsync(typeof(AnsweringFunctions));

        foreach (var text in new[] { "first", "second", "third" })
        {
            using var content = new StringContent(text, Encoding.UTF8, "text/plain");
            using var response = await host.Client.PostAsync("/echo", content);

            Assert.Equal(text, await response.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task Caller_ThatGoesAway_CancelsTheInvocation()
    {
        await using var host = await FunctionTestHost.StartAsync(typeof(WaitingFunctions));
        using var gone = new CancellationTokenSource();
        var request = host.Client.GetAsync("/wait", gone.Token);
        await WaitingFunctions.Started.Task.WaitAsync(TimeSpan.FromSeconds(10));

        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        await WaitingFunctions.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    public sealed class RoutedFunctions
    {
        [Function("Thing")]
        public IResult Thing([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "things/{id:int}")] HttpRequest request, int id) =>
            Results.Text($"thing {id}");

        [Function("LastThing")]
        public static IResult Last([HttpTrigger(AuthorizationLevel.Anonymous, "GET", Route = "things/last")] HttpRequest request) =>
            Results.Text("last");

        [Function("DeleteThing")]
        public IResult Delete(
            [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "things/{name}")] HttpRequest request, string name) =>
            Results.Text($"deleted {name}");

        [Function("anyMethod")]
        public IResult Any([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) => Results.Text(request.Method);

        [Function("Optional")]
        public IResult Optional(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "optional/{name?}")] HttpRequest request, string? name) =>
            Results.Text(name ?? "none");
    }

    public sealed class AnsweringFunctions
    {
        private sealed record Value(int SomeValue);

        [Function("iresult")]
        public Task<IResult> Result([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) =>
            Task.FromResult(Results.Json(new Value(1), statusCode: StatusCodes.Status202Accepted));

        [Function("action")]
        public IActionResult Action([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) =>
            new ObjectResult(new Value(2)) { StatusCode = StatusCodes.Status201Created };

        [Function("plain-action")]
        public async ValueTask<IActionResult> PlainAction([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request)
        {
            await Task.Yield();
            return new StatusCodeResult(StatusCodes.Status409Conflict);
        }

        [Function("text")]
        public string Text([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) => "not sent";

        [Function("object")]
        public object PlainObject([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) => new Value(3);

        [Function("null")]
        public IResult? Null([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) => null;

        [Function("task")]
        public Task Nothing([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) => Task.CompletedTask;

        [Function("written")]
        public async Task Written([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request)
        {
            request.HttpContext.Response.StatusCode = StatusCodes.Status203NonAuthoritative;
            await request.HttpContext.Response.WriteAsync("short and stout");
        }

        [Function("throws")]
        public IResult Throws([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) =>
            throw new InvalidOperationException("secret detail");

        [Function("throws-later")]
        public async Task<IResult> ThrowsLater([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request)
        {
            request.HttpContext.Response.Headers["x-partial"] = "1";
            await Task.Yield();
            throw new InvalidOperationException("secret detail");
        }

        [Function("number")]
        public IResult Number(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "number/{value}")] HttpRequest request, int value) =>
            Results.Text($"{value}");

        [Function("echo")]
        public IResult Echo([HttpTrigger(AuthorizationLevel.Anonymous, "post")] HttpRequest request) =>
            Results.Stream(request.Body, "text/plain");
    }

    public sealed class WaitingFunctions
    {
        public static TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public static TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        [Function("wait")]
        public async Task Wait(
            [HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request, CancellationToken cancellation)
        {
            Started.TrySetResult();
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
            }
            catch (OperationCanceledException)
            {
                Cancelled.TrySetResult();
                throw;
            }
        }
    }
}
