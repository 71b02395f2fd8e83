using Aurora.LocalRuntime.Hosting.Discovery;
using Aurora.LocalRuntime.Hosting.Invocation;
using Aurora.LocalRuntime.Hosting.Startup;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Xunit;

namespace Aurora.Functions.Tests.LocalRuntime.Hosting.Discovery;

/// <summary>What is found in an app, and what is refused with a reason.</summary>
public sealed class FunctionDiscoveryTests
{
    [Fact]
    public void Find_EveryKind_IsDescribed()
    {
        var functions = FunctionDiscovery.Find([typeof(Good)], new DurableClientSource());

        Assert.Equal(
            [("Act", FunctionKind.Activity), ("Orchestrate", FunctionKind.Orchestrator), ("Tick", FunctionKind.Timer), ("Web", FunctionKind.Http)],
            functions.Select(f => (f.Name, f.Kind)));
        Assert.Equal("RenamedActivity", functions[0].TaskName);
        Assert.Equal("httpTrigger", functions[3].Definition.InputBindings["request"].Type);
        Assert.Equal("durableClient", functions[3].Definition.InputBindings["client"].Type);
        Assert.EndsWith("Good.Web", functions[3].Definition.EntryPoint, StringComparison.Ordinal);
        Assert.Equal(64 / 4, functions[3].Definition.Id.Length);
    }

    [Theory]
    [InlineData(typeof(TwoOfOneName), "two function names are the same: 'Same'")]
    [InlineData(typeof(TwoActivitiesOfOneName), "two activity names are the same")]
    [InlineData(typeof(TwoTriggers), "has 2 triggers")]
    [InlineData(typeof(NoTrigger), "has 0 triggers")]
    [InlineData(typeof(NotPublic), "is not public")]
    [InlineData(typeof(UnknownParameter), "parameter 'body' of type FunctionDiscoveryTests cannot be bound")]
    [InlineData(typeof(ValueNotInRoute), "parameter 'id' of type String cannot be bound")]
    [InlineData(typeof(WrongTriggerType), "parameter 'request' of type HttpContext cannot be bound")]
    [InlineData(typeof(WrongClientType), "parameter 'client' of type Object cannot be bound")]
    public void Find_WhatTheHostCouldNotRun_IsRefusedWithTheReason(Type type, string reason)
    {
        var error = Assert.Throws<HostStartupException>(() => FunctionDiscovery.Find([type], new DurableClientSource()));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    public sealed class Good
    {
        [Function("Web")]
        public void Web([HttpTrigger] HttpRequest request, [DurableClient] DurableTaskClient client, FunctionContext context)
        {
        }

        [Function("Tick")]
        public static void Tick([TimerTrigger("0 * * * * *")] TimerInfo timer, CancellationToken cancellation)
        {
        }

        [Function("Orchestrate")]
        public static Task Orchestrate([OrchestrationTrigger] TaskOrchestrationContext context, int input) => Task.CompletedTask;

        [Function("Act")]
        public int Act([ActivityTrigger(Activity = "RenamedActivity")] int input, string instanceId) => input;
    }

    public sealed class TwoOfOneName
    {
        [Function("Same")]
        public void One([HttpTrigger] HttpRequest request)
        {
        }

        [Function("same")]
        public void Other([TimerTrigger("0 * * * * *")] TimerInfo timer)
        {
        }
    }

    public sealed class TwoActivitiesOfOneName
    {
        [Function("A")]
        public int A([ActivityTrigger(Activity = "X")] int input) => input;

        [Function("B")]
        public int B([ActivityTrigger(Activity = "x")] int input) => input;
    }

    public sealed class TwoTriggers
    {
        [Function("F")]
        public void Run([HttpTrigger] HttpRequest request, [TimerTrigger("0 * * * * *")] TimerInfo timer)
        {
        }
    }

    public sealed class NoTrigger
    {
        [Function("F")]
        public void Run(FunctionContext context)
        {
        }
    }

    public sealed class NotPublic
    {
        [Function("F")]
        internal void Run([HttpTrigger] HttpRequest request)
        {
        }
    }

    public sealed class UnknownParameter
    {
        [Function("F")]
        public void Run([HttpTrigger] HttpRequest request, FunctionDiscoveryTests body)
        {
        }
    }

    public sealed class ValueNotInRoute
    {
        [Function("F")]
        public void Run([HttpTrigger(Route = "things/{name}")] HttpRequest request, string id)
        {
        }
    }

    public sealed class WrongTriggerType
    {
        [Function("F")]
        public void Run([HttpTrigger] HttpContext request)
        {
        }
    }

    public sealed class WrongClientType
    {
        [Function("F")]
        public void Run([HttpTrigger] HttpRequest request, [DurableClient] object client)
        {
        }
    }
}
