using Aurora.Functions.Platform.Time;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Aurora.Functions.Ingest.Purging;

/// <summary>
/// Retention: old keys are deleted, the words of old messages are cleared; events stay. Bounded statements that skip what
/// others hold, so that it disturbs nobody and two of them share the work.
/// </summary>
internal sealed class IngestPurge(
    NpgsqlDataSource database,
    DatabaseClock clock,
    IngestMetrics metrics,
    IOptions<IngestOptions> options,
    ILogger<IngestPurge> logger)
{
    public const string Inbox = "inbox";
    public const string Content = "content";

    public const string DeleteInboxSql =
        """
        DELETE FROM ingest_inbox
        WHERE ctid = ANY (ARRAY(
            SELECT i.ctid FROM ingest_inbox i
            WHERE i.created_at < $1
            ORDER BY i.created_at
            LIMIT $2
            FOR UPDATE SKIP LOCKED))
        """;

    public const string ClearContentSql =
        """
        WITH old AS (
            SELECT e.id FROM crm_ingest_events e
            WHERE e.created_at < $1 AND e.created_at >= $3 AND (e.content <> '' OR e.metadata <> '{}')
            LIMIT $2
            FOR UPDATE SKIP LOCKED
        )
        UPDATE crm_ingest_events e SET content = '', metadata = '{}'
        FROM old WHERE e.id = old.id
        """;

    private const string RecordSql =
        "INSERT INTO ingest_purges (id, what, older_than, rows, done_at) VALUES ($1, $2, $3, $4, $5)";

    private readonly IngestOptions _options = options.Value;
    private DateTimeOffset _clearedUpTo = DateTimeOffset.UnixEpoch;

    public async Task RunAsync(CancellationToken cancellation)
    {
        var now = clock.UtcNow;
        await RunAsync(Inbox, DeleteInboxSql, now - _options.InboxRetention, null, cancellation);
        if (_options.ContentRetention > TimeSpan.Zero)
        {
            // What was found clean is not read again by this process: the next run begins where this one ended.
            var olderThan = now - _options.ContentRetention;
            if (await RunAsync(Content, ClearContentSql, olderThan, _clearedUpTo, cancellation))
            {
                _clearedUpTo = olderThan - TimeSpan.FromHours(1);
            }
        }
    }

    /// <summary>Whether nothing is left.</summary>
    private async Task<bool> RunAsync(
        string what, string sql, DateTimeOffset olderThan, DateTimeOffset? from, CancellationToken cancellation)
    {
        var total = 0L;
        var isDone = false;
        for (var i = 0; i < _options.PurgeMaxBatches && !isDone; i++)
        {
            await using var command = database.CreateCommand(sql);
            command.Parameters.AddWithValue(olderThan.UtcDateTime);
            command.Parameters.AddWithValue(_options.PurgeBatch);
            if (from is { } start)
            {
                command.Parameters.AddWithValue(start.UtcDateTime);
            }

            var rows = await command.ExecuteNonQueryAsync(cancellation);
            total += rows;
            isDone = rows < _options.PurgeBatch;
        }

        if (total > 0)
        {
            await RecordAsync(what, olderThan, total, cancellation);
            metrics.Purged(what, total);
            IngestLog.Purged(logger, what, total, olderThan);
        }

        if (!isDone)
        {
            IngestLog.PurgeBounded(logger, what, total);
        }

        return isDone;
    }

    private async Task RecordAsync(string what, DateTimeOffset olderThan, long rows, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(RecordSql);
        command.Parameters.AddWithValue(Guid.CreateVersion7().ToString());
        command.Parameters.AddWithValue(what);
        command.Parameters.AddWithValue(olderThan.UtcDateTime);
        command.Parameters.AddWithValue(rows);
        command.Parameters.AddWithValue(clock.UtcNow.UtcDateTime);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
