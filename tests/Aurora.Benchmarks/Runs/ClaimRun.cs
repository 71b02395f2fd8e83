using System.Globalization;
using System.Text.RegularExpressions;
using Aurora.Benchmarks.Load;
using Aurora.Benchmarks.Reporting;
using Aurora.Functions.Outbox;
using Aurora.Functions.Outbox.Claiming;
using Aurora.Functions.Outbox.Storing;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aurora.Benchmarks.Runs;

/// <summary>What one claim costs the server, with a million finished and a hundred thousand waiting rows.</summary>
internal static partial class ClaimRun
{
    private const long Finished = 1_000_000;
    private const long Waiting = 100_000;
    private const int Claims = 60;
    private const int Batch = 25;
    private const double TargetMilliseconds = 1;

    public static async Task<Report> RunAsync()
    {
        var report = new Report("claim: one batch of 25 with 1,000,000 finished and 100,000 waiting rows");
        await MeasureAsync(report, "even senders", senders: Waiting, hotSenderPercent: 0);
        await MeasureAsync(report, "one sender holds 95 %", senders: 99_991, hotSenderPercent: 95);
        report.Note("Server execution of the claiming statement as auto_explain measures it, for claims made by the product's own store; "
            + "each claimed batch stays claimed, so later claims find other heads.");
        return report;
    }

    private static async Task MeasureAsync(Report report, string what, long senders, int hotSenderPercent)
    {
        await using var server = await BenchmarkServer.StartAsync();
        var now = TimeProvider.System.GetUtcNow();
        await Backlog.WriteAsync(server.Database, 1, Finished, 50_000, now - TimeSpan.FromHours(2), finished: true, withEvents: false);
        await Backlog.WriteAsync(server.Database, 10_000_001, Waiting, senders, now - TimeSpan.FromMinutes(10), hotSenderPercent, withEvents: false);
        await server.ExecuteAsync("VACUUM ANALYZE");
        var times = await ClaimTimesAsync(server, now);
        report.Add(what, Describe(times), target: "< 1 ms", met: Statistics.Median(times) < TargetMilliseconds);

        // What a checkpoint costs the claims after it: the first touch of each page writes the whole page into the WAL.
        await server.ExecuteAsync("CHECKPOINT");
        report.Add("  right after a checkpoint", Describe(await ClaimTimesAsync(server, now)));
    }

    private static string Describe(List<double> times) => string.Create(
        CultureInfo.InvariantCulture, $"{Statistics.Median(times):0.00} ms (max {times.Max():0.00}, {times.Count} claims)");

    private static async Task<List<double>> ClaimTimesAsync(BenchmarkServer server, DateTimeOffset now)
    {
        var times = new List<double>();
        var builder = new NpgsqlDataSourceBuilder(server.ConnectionString);
        builder.ConnectionStringBuilder.MaxPoolSize = 1;
        builder.ConnectionStringBuilder.NoResetOnClose = true;
        builder.UsePhysicalConnectionInitializer(
            static connection => throw new NotSupportedException(connection.ToString()),
            static async connection =>
            {
                await using var explain = new NpgsqlCommand(
                    """
                    LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0; SET auto_explain.log_level = 'notice'
                    """,
                    connection);
                await explain.ExecuteNonQueryAsync();
            });

        // The server's notices reach the log of the data source whatever connection object the store rents.
        using var notices = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Debug).AddProvider(new NoticeLogger(times)));
        builder.UseLoggerFactory(notices);
        await using var database = builder.Build();
        var store = new PostgresOutboxStore(database, new ClaimPosition());
        for (var claim = 0; claim < Claims; claim++)
        {
            await store.ClaimAsync(new OutboxClaimRequest("benchmark", Batch, now, now + TimeSpan.FromMinutes(1)), CancellationToken.None);
        }

        // The first claims load pages and plans.
        return times.Count > 10 ? times[10..] : times;
    }

    private static void Take(string message, List<double> times)
    {
        if (message.Contains("crm_event_outbox", StringComparison.Ordinal) && Duration().Match(message) is { Success: true } match)
        {
            times.Add(double.Parse(match.Groups["ms"].Value, CultureInfo.InvariantCulture));
        }
    }

    [GeneratedRegex(@"duration: (?<ms>[\d.]+) ms", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Duration();

    private sealed class NoticeLogger(List<double> times) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Take(formatter(state, exception), times);

        public void Dispose()
        {
        }
    }
}
