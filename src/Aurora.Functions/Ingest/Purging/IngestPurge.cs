using Aurora.Functions.Platform.Postgres;
using Aurora.Functions.Platform.Time;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using static Aurora.Functions.Platform.Postgres.SqlStatement;

namespace Aurora.Functions.Ingest.Purging;

/// <summary>
/// Retention: old keys are deleted, the words of old messages are cleared; events stay. What was purged is
/// recorded, and the records end as well. Bounded statements that skip what
/// others hold, so that it disturbs nobody and two of them share the work.
/// </summary>
internal sealed class IngestPurge(
    NpgsqlDataSource database,
    DatabaseClock clock,
    TimeProvider time,
    IngestMetrics metrics,
    IOptions<IngestOptions> options,
    ILogger<IngestPurge> logger)
{
    public const string Inbox = "inbox";
    public const string Content = "content";
    public const string Records = "records";

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

    private const string DeleteRecordsSql =
        """
        DELETE FROM ingest_purges
        WHERE id = ANY (ARRAY(SELECT p.id FROM ingest_purges p WHERE p.done_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))
        """;

    private const string RecordSql =
        "INSERT INTO ingest_purges (id, what, older_than, rows, done_at) VALUES ($1, $2, $3, $4, $5)";

    private readonly IngestOptions _options = options.Value;
    private DateTimeOffset _clearedUpTo = DateTimeOffset.UnixEpoch;

    public async Task RunAsync(CancellationToken cancellation)
    {
        var now = clock.UtcNow;
        await RunAsync(Inbox, DeleteInboxSql, now - _options.InboxRetention, null, cancellation);
        await RunAsync(Records, DeleteRecordsSql, now - _options.PurgeRecordRetention, null, cancellation);
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
        var purged = await BatchedPurge.RunAsync(_options.PurgeBatch, _options.PurgeMaxBatches, time, PurgeAsync, cancellation);
        if (purged.Rows > 0)
        {
            // Records that go are not recorded again: the table would keep itself alive.
            if (what != Records)
            {
                await RecordAsync(what, olderThan, purged.Rows, cancellation);
            }

            metrics.Purged(what, purged.Rows);
            IngestLog.Purged(logger, what, purged.Rows, olderThan);
        }

        if (!purged.IsDone)
        {
            IngestLog.PurgeBounded(logger, what, purged.Rows);
        }

        return purged.IsDone;

        async Task<int> PurgeAsync(CancellationToken token)
        {
            await using var command = database.CreateCommand(sql);
            command.Parameters.Add(Instant(olderThan));
            command.Parameters.Add(Integer(_options.PurgeBatch));
            if (from is { } start)
            {
                command.Parameters.Add(Instant(start));
            }

            return await command.ExecuteNonQueryAsync(token);
        }
    }

    private async Task RecordAsync(string what, DateTimeOffset olderThan, long rows, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(RecordSql);
        command.Parameters.Add(Text(Guid.CreateVersion7().ToString()));
        command.Parameters.Add(Text(what));
        command.Parameters.Add(Instant(olderThan));
        command.Parameters.Add(BigInteger(rows));
        command.Parameters.Add(Instant(clock.UtcNow));
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
