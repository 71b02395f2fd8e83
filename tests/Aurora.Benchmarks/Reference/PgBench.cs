using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace Aurora.Benchmarks.Reference;

/// <summary>
/// pgbench committing the same three rows of a new sender, one statement per transaction: what a service reaches that
/// commits every request by itself, without HTTP, validation or JSON.
/// </summary>
internal static partial class PgBench
{
    private const string Script =
        """
        WITH contact AS (
            INSERT INTO crm_contacts (id, whatsapp_id) VALUES (gen_random_uuid()::text, gen_random_uuid()::text)
            RETURNING id, whatsapp_id
        ), event AS (
            INSERT INTO crm_ingest_events (id, source, sender_id, content, metadata, contact_id, status)
            SELECT gen_random_uuid()::text, 'whatsapp', whatsapp_id, 'Olá, quero saber mais sobre o plano', '{"origin":"load"}', id, 'LINKED'
            FROM contact
            RETURNING id, sender_id, contact_id, content
        )
        INSERT INTO crm_event_outbox (id, event_type, payload, status, attempts, trace_id, partition_key)
        SELECT gen_random_uuid()::text, 'INGEST_RECEIVED',
               jsonb_build_object('ingest_event_id', id, 'contact_id', contact_id, 'raw_content', content, 'source', 'whatsapp',
                   'metadata', '{"origin":"load"}'::jsonb, 'sender_id', sender_id, 'content_len', 35),
               'PENDING', 0, gen_random_uuid()::text, 'whatsapp|' || sender_id
        FROM event;
        """;

    public static async Task<double> CommitRateAsync(string connectionString, TimeSpan duration)
    {
        var script = Path.GetTempFileName();
        try
        {
            // pgbench reads one statement per line ending in a semicolon; line breaks inside are fine.
            await File.WriteAllTextAsync(script, Script);
            var server = new NpgsqlConnectionStringBuilder(connectionString);
            var seconds = ((int)duration.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            var output = await Command.RunAsync(
                Find(),
                ["-n", "-M", "prepared", "-c", "64", "-j", "2", "-T", seconds, "-f", script,
                 "-h", server.Host!, "-p", server.Port.ToString(CultureInfo.InvariantCulture), "-U", server.Username!, server.Database!],
                new Dictionary<string, string> { ["PGPASSWORD"] = server.Password ?? "" });
            return double.Parse(Rate().Match(output).Groups["rate"].Value, CultureInfo.InvariantCulture);
        }
        finally
        {
            File.Delete(script);
        }
    }

    private static string Find()
    {
        var onPath = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, "pgbench"));
        var beside = Directory.Exists("/usr/lib/postgresql")
            ? Directory.EnumerateDirectories("/usr/lib/postgresql").OrderDescending(StringComparer.Ordinal)
                .Select(folder => Path.Combine(folder, "bin", "pgbench"))
            : [];
        return beside.Concat(onPath).FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException("pgbench was not found beside the server's binaries (/usr/lib/postgresql/*/bin) nor on PATH.");
    }

    [GeneratedRegex(@"tps = (?<rate>[\d.]+) \(without", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Rate();
}
