using System.Collections.Concurrent;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Aurora.TestKit.Durable.Patterns;

/// <summary>What an orchestrator sees is the same whenever its code runs again.</summary>
public abstract class DeterminismPatterns(StartPatternHost start) : PatternSuite(start)
{
    [Fact]
    public async Task Clock_BetweenTasks_MovesOnAndIsRepeated()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Clock", async context =>
            {
                var first = context.CurrentUtcDateTime;
                var firstEcho = await context.CallActivityAsync<DateTime>("Echo", first);
                var second = context.CurrentUtcDateTime;
                var secondEcho = await context.CallActivityAsync<DateTime>("Echo", second);
                return first == firstEcho && second == secondEcho && first < second && second.Kind == DateTimeKind.Utc;
            })
            .AddActivityFunc<object, object>("Echo", (_, value) => value));

        AssertOutput(true, await host.RunAsync("Clock"));
    }

    [Fact]
    public async Task Guids_InEveryRun_AreTheSameAndDifferFromEachOther()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Guids", async context =>
            {
                var first = context.NewGuid();
                var second = context.NewGuid();
                var secondEcho = await context.CallActivityAsync<Guid>("Echo", second);
                var third = context.NewGuid();
                var thirdEcho = await context.CallActivityAsync<Guid>("Echo", third);
                return second == secondEcho && third == thirdEcho && new[] { first, second, third }.Distinct().Count() == 3;
            })
            .AddActivityFunc<Guid, Guid>("Echo", (_, value) => value));

        AssertOutput(true, await host.RunAsync("Guids"));
    }

    [Fact]
    public async Task Guids_AreOfVersionFive()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc("Guid", context => context.NewGuid()));

        var instance = await host.RunAsync("Guid");

        Assert.Equal(5, instance.ReadOutputAs<Guid>().Version);
    }

    [Fact]
    public async Task IsReplaying_AfterTheLastTask_IsFalse()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc("Replay", async context =>
        {
            await context.CreateTimer(TimeSpan.Zero, CancellationToken.None);
            await context.CreateTimer(TimeSpan.Zero, CancellationToken.None);
            return context.IsReplaying;
        }));

        AssertOutput(false, await host.RunAsync("Replay"));
    }

    [Fact]
    public async Task ReplaySafeLogger_OverManySteps_WritesEachLineOnce()
    {
        using var lines = new Lines();
        await using var host = await StartAsync(
            tasks => tasks.AddOrchestratorFunc("Log", async context =>
            {
                var logger = context.CreateReplaySafeLogger("Orchestrator");
                var fromFactory = context.ReplaySafeLoggerFactory.CreateLogger("Orchestrator");
                for (var i = 0; i < 4; i++)
                {
                    Say(logger, $"step {i}");
                    await context.CreateTimer(TimeSpan.Zero, CancellationToken.None);
                }

                Say(fromFactory, "end");
            }),
            new PatternHostOptions { LoggerFactory = LoggerFactory.Create(logging => logging.AddProvider(lines)) });

        AssertCompleted(await host.RunAsync("Log"));

        Assert.Equal(["step 0", "step 1", "step 2", "step 3", "end"], lines.Of("Orchestrator"));
    }

    [Fact]
    public async Task Input_ReadFromTheContext_IsTheOneGiven()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<string, string>("Read", (context, input) => $"{input}{context.GetInput<string>()}"));

        AssertOutput("aa", await host.RunAsync("Read", "a"));
    }

    [Fact]
    public async Task Context_OfAStartedInstance_KnowsItself()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc("Self", context =>
            $"{context.Name}|{context.InstanceId}|{context.Parent is null}|{context.Version}|{context.CompareVersionTo("1.2")}"));

        var instance = await host.RunAsync("Self", null, new StartOrchestrationOptions("myself") { Version = "1.10" });

        AssertOutput("Self|myself|True|1.10|1", instance);
    }

    private static void Say(ILogger logger, string text)
        => logger.Log(LogLevel.Information, default, text, null, static (line, _) => line);

    private sealed class Lines : ILoggerProvider
    {
        private readonly ConcurrentQueue<(string Category, string Text)> _lines = new();

        public IEnumerable<string> Of(string category)
            => _lines.Where(line => line.Category == category).Select(line => line.Text);

        public ILogger CreateLogger(string categoryName) => new Writer(categoryName, _lines);

        public void Dispose()
        {
        }

        private sealed class Writer(string category, ConcurrentQueue<(string Category, string Text)> lines) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull
                => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(
                LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
                => lines.Enqueue((category, formatter(state, exception)));
        }
    }
}
