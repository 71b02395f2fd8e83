using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;
using Moq;
using Moq.Protected;
using Xunit;

namespace Aurora.Functions.Tests.LocalRuntime.Durable.Api;

/// <summary>What a context does without being told: the members that have a body in the package.</summary>
public sealed class ContextDefaultsTests
{
    [Fact]
    public async Task Overloads_WithoutOutputOrInput_CallTheFullOne()
    {
        var context = NewContext();
        var options = new TaskOptions();
        context.Setup(c => c.CallActivityAsync<object>("a", 1, null)).ReturnsAsync(new object()).Verifiable();
        context.Setup(c => c.CallActivityAsync<int>("b", null, options)).ReturnsAsync(2).Verifiable();
        context.Setup(c => c.CallSubOrchestratorAsync<object>("c", null, options)).ReturnsAsync(new object()).Verifiable();

        await context.Object.CallActivityAsync("a", 1);
        Assert.Equal(2, await context.Object.CallActivityAsync<int>("b", options));
        await context.Object.CallSubOrchestratorAsync("c", options);

        context.Verify();
    }

    [Fact]
    public void CreateTimer_Delay_CountsFromTheOrchestrationsClock()
    {
        var now = new DateTime(2026, 11, 21, 12, 0, 0, DateTimeKind.Utc);
        var context = NewContext();
        context.SetupGet(c => c.CurrentUtcDateTime).Returns(now);
        context.Setup(c => c.CreateTimer(now.AddMinutes(5), default)).Returns(Task.CompletedTask).Verifiable();

        Assert.True(context.Object.CreateTimer(TimeSpan.FromMinutes(5), default).IsCompletedSuccessfully, "it is the timer of the point in time");

        context.Verify();
    }

    [Fact]
    public void ContinueAsNew_Options_PassInputAndEvents()
    {
        var context = NewContext();
        context.Setup(c => c.ContinueAsNew(7, false)).Verifiable();

        context.Object.ContinueAsNew(new ContinueAsNewOptions { NewInput = 7, PreserveUnprocessedEvents = false });

        context.Verify();
        Assert.True(new ContinueAsNewOptions().PreserveUnprocessedEvents, "events are kept unless said otherwise");
    }

    [Fact]
    public void ReplaySafeLogger_WhileReplaying_IsSilent()
    {
        var logger = new Mock<ILogger>();
        var replaying = true;
        var context = NewContext(FactoryOf(logger.Object));
        context.SetupGet(c => c.IsReplaying).Returns(() => replaying);
        var safe = context.Object.CreateReplaySafeLogger("category");

        Say(safe);
        replaying = false;
        Say(safe);

        Assert.Single(logger.Invocations, call => call.Method.Name == nameof(ILogger.Log));
    }

    [Fact]
    public void ReplaySafeLoggerFactory_OfAWrappedContext_ReachesTheWorkersLoggers()
    {
        var logger = new Mock<ILogger>();
        var inner = NewContext(FactoryOf(logger.Object));
        var outer = NewContext(inner.Object.ReplaySafeLoggerFactory);

        Say(outer.Object.CreateReplaySafeLogger("category"));

        Assert.Single(logger.Invocations, call => call.Method.Name == nameof(ILogger.Log));
        Assert.Same(outer.Object.ReplaySafeLoggerFactory, outer.Object.ReplaySafeLoggerFactory);
        Assert.Throws<NotSupportedException>(() => outer.Object.ReplaySafeLoggerFactory.AddProvider(null!));
    }

    [Fact]
    public void ReplaySafeLoggerFactory_LeadingBackToItself_IsFound()
    {
        var context = NewContext();
        context.Protected().SetupGet<ILoggerFactory>("LoggerFactory").Returns(() => context.Object.ReplaySafeLoggerFactory);

        Assert.Throws<InvalidOperationException>(() => context.Object.CreateReplaySafeLogger("category"));
    }

    private static Mock<TaskOrchestrationContext> NewContext(ILoggerFactory? loggers = null)
    {
        var context = new Mock<TaskOrchestrationContext> { CallBase = true };
        if (loggers is not null)
        {
            context.Protected().SetupGet<ILoggerFactory>("LoggerFactory").Returns(loggers);
        }

        return context;
    }

    private static ILoggerFactory FactoryOf(ILogger logger)
        => Mock.Of<ILoggerFactory>(factory => factory.CreateLogger(It.IsAny<string>()) == logger);

    private static void Say(ILogger logger)
        => logger.Log(LogLevel.Information, default, "line", null, static (line, _) => line);
}
