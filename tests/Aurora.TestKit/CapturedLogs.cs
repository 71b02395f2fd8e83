using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Aurora.TestKit;

/// <summary>One captured line.</summary>
internal sealed record CapturedLog(int EventId, LogLevel Level, string Category, string Message);

/// <summary>Keeps every log line in the order it was written.</summary>
internal sealed class CapturedLogs : ILoggerProvider
{
    private readonly ConcurrentQueue<CapturedLog> _lines = [];

    /// <summary>The lines so far.</summary>
    public IReadOnlyList<CapturedLog> Lines => [.. _lines];

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Logger(CapturedLogs logs, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            logs._lines.Enqueue(new CapturedLog(eventId.Id, logLevel, category, formatter(state, exception)));
    }
}
