using Aurora.LocalRuntime.Hosting.Startup;
using Aurora.TestKit;
using Aurora.TestKit.Hosting;
using Xunit;

namespace Aurora.Functions.Tests.LocalRuntime.Hosting.Startup;

/// <summary>What the host reads from host.json.</summary>
public sealed class HostJsonTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public void Read_VersionAlone_GivesTheDefaultsOfTheFunctionsHost()
    {
        var json = Read("""{ "version": "2.0" }""");

        Assert.Equal("api", json.RoutePrefix);
        Assert.Equal(TimeSpan.FromMinutes(30), json.FunctionTimeout);
        Assert.Equal("TestHubName", json.HubName);
        Assert.Equal((null, null, null, null),
            (json.MaxOutstandingRequests, json.MaxConcurrentRequests, json.MaxConcurrentActivities, json.MaxConcurrentOrchestrators));
    }

    [Fact]
    public void Read_Everything_IsTaken()
    {
        var json = Read("""
            {
              "version": "2.0", "functionTimeout": "00:01:30",
              "extensions": {
                "http": { "routePrefix": "/v1/", "maxOutstandingRequests": 10, "maxConcurrentRequests": -1 },
                "durableTask": { "hubName": "hub", "maxConcurrentActivityFunctions": 3, "maxConcurrentOrchestratorFunctions": 4 }
              }
            }
            """);

        Assert.Equal(("v1", "hub"), (json.RoutePrefix, json.HubName));
        Assert.Equal(TimeSpan.FromSeconds(90), json.FunctionTimeout);
        Assert.Equal((10, null, 3, 4),
            (json.MaxOutstandingRequests, json.MaxConcurrentRequests, json.MaxConcurrentActivities, json.MaxConcurrentOrchestrators));
    }

    /// <summary>Some plans of the Functions host answer 429 beyond 200 requests unless told not to; the app sheds with 503 itself.</summary>
    [Fact]
    public void Read_TheAppsOwn_SwitchesEveryLimitOfTheHostOff()
    {
        var text = Repository.Read("host.json");

        var json = Read(text);

        Assert.Equal((null, null), (json.MaxOutstandingRequests, json.MaxConcurrentRequests));
        Assert.Contains("\"maxOutstandingRequests\": -1", text, StringComparison.Ordinal);
        Assert.Contains("\"maxConcurrentRequests\": -1", text, StringComparison.Ordinal);
        Assert.Contains("\"dynamicThrottlesEnabled\": false", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_TimeoutOfMinusOne_IsNoTimeout() =>
        Assert.Null(Read("""{ "version": "2.0", "functionTimeout": "-1" }""").FunctionTimeout);

    [Theory]
    [InlineData("""{ "version": "1.0" }""", "version must be")]
    [InlineData("""{ "version": "2.0", "functionTimeout": "soon" }""", "functionTimeout must be hh:mm:ss")]
    [InlineData("""{ "version": "2.0", "extensions": { "http": { "maxConcurrentRequests": "many" } } }""", "maxConcurrentRequests must be")]
    [InlineData("""{ "version": """, "is no valid JSON")]
    public void Read_WhatIsWrong_IsNamedWithTheFile(string content, string reason)
    {
        var error = Assert.Throws<HostStartupException>(() => Read(content));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Contains(_directory.Path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NoFile_SaysSo() => Assert.Contains(
        "is missing",
        Assert.Throws<HostStartupException>(() => HostJson.Read(Path.Combine(_directory.Path, "none.json"))).Message,
        StringComparison.Ordinal);

    public void Dispose() => _directory.Dispose();

    private HostJson Read(string content) => HostJson.Read(_directory.Write("host.json", content));
}
