using System.Collections.Concurrent;
using Aurora.Functions.Platform.Telemetry;
using Aurora.TestKit.Postgres;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Aurora.IntegrationTests.Ingest;

/// <summary>What the accepting road logs: enough to find a message, nothing of who wrote and what.</summary>
public sealed class IngestLogTests : IClassFixture<DatabaseFixture>
{
    private readonly TestDatabase _database;

    public IngestLogTests(DatabaseFixture fixture) => _database = fixture.Database;

    [Fact]
    public async Task Post_LogLines_CarryTheMessageAndNothingPersonal()
    {
        using var log = new RecordingLog();
        await using var stack = new IngestStack(_database, log: log);

        var answer = await stack.PostAsync("""{"source":"email","sender_id":"ana@example.test","content":"segredo","metadata":{"k":"interno"}}""");

        var persisted = Assert.Single(log.Lines, l => l.Id == 1000);
        Assert.Contains(answer["trace_id"], persisted.Text, StringComparison.Ordinal);
        Assert.Contains(answer["outbox_id"], persisted.Text, StringComparison.Ordinal);
        Assert.Equal(answer["trace_id"], persisted.Scope!.CorrelationId.ToString());
        Assert.Equal(answer["event_id"], persisted.Scope.EventId.ToString());
        Assert.Equal(("email", "default", "Accepted"), (persisted.Scope.Channel, persisted.Scope.TenantId, persisted.Scope.Outcome));
        Assert.All(log.Lines, l =>
        {
            Assert.DoesNotContain("ana@", l.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("segredo", l.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("interno", l.Text, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Deliver_LogLines_CarryTheMessageAndNothingPersonal()
    {
        using var log = new RecordingLog();
        await using var stack = new IngestStack(_database, log: log);
        await IngestStack.AddAccountAsync(_database);

        await stack.DeliverAsync("whatsapp_cloud/message-text.json");
        await stack.DeliverAsync("whatsapp_cloud/message-text.json");

        var persisted = Assert.Single(log.Lines, l => l.Id == 1000);
        Assert.Equal(("whatsapp", "demo", "Accepted"), (persisted.Scope!.Channel, persisted.Scope.TenantId, persisted.Scope.Outcome));
        Assert.All(log.Lines, l => Assert.DoesNotContain("5511988887777", l.Text, StringComparison.Ordinal));
        Assert.All(log.Lines, l => Assert.DoesNotContain("marcar", l.Text, StringComparison.Ordinal));
    }

    private sealed record Line(int Id, string Text, MessageScope? Scope);

    private sealed class RecordingLog : ILoggerProvider, ILogger
    {
        private readonly AsyncLocal<MessageScope?> _scope = new();

        public ConcurrentQueue<Line> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            _scope.Value = state as MessageScope;
            return new Ended(this);
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue(new Line(eventId.Id, formatter(state, exception) + exception, _scope.Value));

        public void Dispose()
        {
        }

        private sealed class Ended(RecordingLog log) : IDisposable
        {
            public void Dispose() => log._scope.Value = null;
        }
    }
}
