using System.Globalization;
using Aurora.Benchmarks.Load;
using Aurora.Benchmarks.Reporting;

namespace Aurora.Benchmarks.Runs;

/// <summary>An hour's worth of traffic compressed into four minutes, with retention on: working tables, WAL and memory must stay flat.</summary>
internal static class GrowthRun
{
    private const long Messages = 500_000;
    private const long Chunk = 5_000;
    private const long PerSecond = 2_000;
    private const long Sample = 100_000;

    // Counting the rows themselves would cost what is measured.
    private const string DecidedSql = "SELECT coalesce(sum(n_tup_ins), 0)::bigint FROM pg_stat_user_tables WHERE relname = 'mhc_decisions'";

    private const string SizesSql =
        """
        SELECT coalesce(sum(pg_total_relation_size(c.oid)) FILTER (WHERE c.relname IN ('crm_event_outbox', 'outbox_keys')), 0)::bigint,
               coalesce(sum(pg_total_relation_size(c.oid)) FILTER (WHERE n.nspname = 'aurora_local'), 0)::bigint,
               coalesce(sum(pg_total_relation_size(c.oid)) FILTER (WHERE c.relname IN ('crm_ingest_events', 'crm_contacts', 'mhc_decisions')), 0)::bigint,
               (SELECT coalesce(sum(size), 0)::bigint FROM pg_ls_waldir())
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'r' AND n.nspname IN ('public', 'aurora_local')
        """;

    public static async Task<Report> RunAsync()
    {
        var report = new Report("growth: 500,000 messages with retention on");
        await using var server = await BenchmarkServer.StartAsync();
        await using var app = await server.StartAppAsync(
            ("Outbox__Retention", "00:00:05"), ("Routing__InstanceRetention", "00:00:05"), ("Outbox__PurgeBatch", "10000"));
        var working = new List<long>();
        var memory = new List<long>();
        var started = TimeProvider.System.GetTimestamp();
        for (long written = 0; written < Messages;)
        {
            await Backlog.WriteAsync(server.Database, 1 + written, Chunk, 500, TimeProvider.System.GetUtcNow());
            written += Chunk;

            // Retention runs once a minute: the run must last several of them, or it shows the first minute's growth alone.
            var ahead = TimeSpan.FromSeconds((double)written / PerSecond) - TimeProvider.System.GetElapsedTime(started);
            await Task.Delay(ahead > TimeSpan.Zero ? ahead : TimeSpan.Zero);

            // Traffic follows the hub: four chunks may wait, never more.
            await server.ReachesAsync(DecidedSql, written - (4 * Chunk), TimeSpan.FromSeconds(60));
            if (written % Sample == 0)
            {
                await server.ReachesAsync(DecidedSql, written, TimeSpan.FromSeconds(60));
                var sizes = await SizesAsync(server);
                working.Add(sizes[0] + sizes[1]);
                memory.Add(app.ResidentMemory);
                report.Add(
                    string.Create(CultureInfo.InvariantCulture, $"after {written:#,0}"),
                    $"outbox {Report.Megabytes(sizes[0])}, engine {Report.Megabytes(sizes[1])}, WAL {Report.Megabytes(sizes[3])}, memory {Report.Megabytes(memory[^1])}; kept rows {Report.Megabytes(sizes[2])}");
            }
        }

        var elapsed = TimeProvider.System.GetElapsedTime(started);
        report.Add("rate of the whole", Report.PerSecond(Messages / elapsed.TotalSeconds));
        report.Add(
            "working tables, last sample against the second",
            Report.Megabytes(working[^1]),
            Report.Megabytes(working[1]),
            Report.Times((double)working[^1] / Math.Max(1, working[1])),
            "<= 1.5x",
            working[^1] <= working[1] * 1.5);
        report.Add(
            "memory, last sample against the second",
            Report.Megabytes(memory[^1]),
            Report.Megabytes(memory[1]),
            Report.Times((double)memory[^1] / memory[1]),
            "<= 1.2x",
            memory[^1] <= memory[1] * 1.2);
        report.Note("Events, contacts and decisions are the record and are kept by design; their growth is shown beside the working tables.");
        return report;
    }

    private static async Task<long[]> SizesAsync(BenchmarkServer server)
    {
        await using var command = server.Database.CreateCommand(SizesSql);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return [reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3)];
    }
}
