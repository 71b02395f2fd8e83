using Microsoft.Extensions.Logging;

namespace Microsoft.DurableTask;

public abstract partial class TaskOrchestrationContext
{
    // A wrapper that hands out itself, in a circle, is found by depth.
    private const int MaxWrapperDepth = 10;

    private ILoggerFactory? _replaySafeLoggerFactory;

    /// <summary>
    /// Loggers that stay silent while the orchestrator is replaying. A context that wraps another one returns this
    /// property of the inner context as its own logger factory.
    /// </summary>
    public virtual ILoggerFactory ReplaySafeLoggerFactory
        => _replaySafeLoggerFactory ??= new QuietWhileReplayingFactory(this);

    /// <summary>A logger that stays silent while the orchestrator is replaying.</summary>
    /// <param name="categoryName">The category of the log lines.</param>
    /// <returns>The logger.</returns>
    public virtual ILogger CreateReplaySafeLogger(string categoryName)
        => new QuietWhileReplaying(this, UnwrappedLoggerFactory().CreateLogger(categoryName));

    /// <summary>A logger that stays silent while the orchestrator is replaying.</summary>
    /// <param name="type">The type that gives the category its name.</param>
    /// <returns>The logger.</returns>
    public virtual ILogger CreateReplaySafeLogger(Type type)
        => new QuietWhileReplaying(this, UnwrappedLoggerFactory().CreateLogger(type));

    /// <summary>A logger that stays silent while the orchestrator is replaying.</summary>
    /// <typeparam name="T">The type that gives the category its name.</typeparam>
    /// <returns>The logger.</returns>
    public virtual ILogger CreateReplaySafeLogger<T>()
        => new QuietWhileReplaying(this, UnwrappedLoggerFactory().CreateLogger<T>());

    private ILoggerFactory UnwrappedLoggerFactory()
    {
        var factory = LoggerFactory;
        for (var depth = 0; factory is QuietWhileReplayingFactory wrapper; depth++)
        {
            if (depth == MaxWrapperDepth)
            {
                throw new InvalidOperationException(
                    $"Maximum unwrap depth exceeded: the logger factory of '{GetType()}' leads back to itself. A wrapping context returns "
                    + $"{nameof(ReplaySafeLoggerFactory)} of the inner context, not its own.");
            }

            factory = wrapper.Underlying;
        }

        return factory;
    }

    private sealed class QuietWhileReplaying(TaskOrchestrationContext context, ILogger logger) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => logger.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => logger.IsEnabled(logLevel);

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (!context.IsReplaying)
            {
                logger.Log(logLevel, eventId, state, exception, formatter);
            }
        }
    }

    private sealed class QuietWhileReplayingFactory(TaskOrchestrationContext context) : ILoggerFactory
    {
        public ILoggerFactory Underlying => context.LoggerFactory;

        public ILogger CreateLogger(string categoryName)
            => new QuietWhileReplaying(context, context.UnwrappedLoggerFactory().CreateLogger(categoryName));

        public void AddProvider(ILoggerProvider provider)
            => throw new NotSupportedException("Adding providers to a replay-safe logger factory is not supported: the worker's logging takes them.");

        public void Dispose()
        {
            // The loggers belong to the worker.
        }
    }
}
