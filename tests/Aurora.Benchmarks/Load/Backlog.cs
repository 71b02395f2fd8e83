using Npgsql;

namespace Aurora.Benchmarks.Load;

/// <summary>Accepted messages written by the set: what thousands of requests leave behind, without the requests.</summary>
internal static class Backlog
{
    // $1 first number, $2 messages, $3 senders, $4 share of the first sender in percent, $5 the instant of the first.
    // Ids are ordered by time as the product's are: random ones would touch a different page of every index for every row.
    private const string NumbersSql =
        """
        CREATE TEMP TABLE backlog ON COMMIT DROP AS
        SELECT i, CASE WHEN i % 100 < $4 THEN 0 ELSE i % $3 END AS k,
               t.prefix || substr(md5('event' || i), 1, 12) AS event_id,
               t.prefix || substr(md5('outbox' || i), 1, 12) AS outbox_id,
               t.prefix || substr(md5('trace' || i), 1, 12) AS trace_id,
               $5 + (i - $1) * interval '10 microseconds' AS at
        FROM generate_series($1::bigint, $1::bigint + $2::bigint - 1) i
        CROSS JOIN LATERAL (SELECT lpad(to_hex(1700000000000 + i), 12, '0') AS ms) u
        CROSS JOIN LATERAL (SELECT substr(u.ms, 1, 8) || '-' || substr(u.ms, 9, 4) || '-7000-8000-' AS prefix) t
        """;

    private const string ContactsSql =
        """
        INSERT INTO crm_contacts (id, whatsapp_id)
        SELECT md5('contact' || k)::uuid::text, '5599' || k FROM (SELECT DISTINCT k FROM backlog) s
        ON CONFLICT DO NOTHING
        """;

    private const string EventsSql =
        """
        INSERT INTO crm_ingest_events (id, source, sender_id, content, metadata, contact_id, status, created_at)
        SELECT event_id, 'whatsapp', '5599' || k, 'Olá, quero saber mais', '{}', md5('contact' || k)::uuid::text, 'LINKED', at
        FROM backlog
        """;

    private const string OutboxSql =
        """
        INSERT INTO crm_event_outbox
            (id, event_type, payload, status, attempts, trace_id, created_at, next_retry_at, partition_key, lane, processed_at)
        SELECT outbox_id, 'INGEST_RECEIVED',
               jsonb_build_object('ingest_event_id', event_id, 'contact_id', md5('contact' || k)::uuid::text,
                   'raw_content', 'Olá, quero saber mais', 'source', 'whatsapp', 'metadata', '{}'::jsonb,
                   'sender_id', '5599' || k, 'content_len', 21),
               $1, CASE WHEN $1 = 'COMPLETED' THEN 1 ELSE 0 END, trace_id, at, at, 'whatsapp|5599' || k, 0,
               CASE WHEN $1 = 'COMPLETED' THEN at END
        FROM backlog
        """;

    private const string KeysSql =
        """
        INSERT INTO outbox_keys AS present (partition_key, head_id, head_created_at, lane, state, waiting, tail_created_at)
        SELECT DISTINCT ON (k) 'whatsapp|5599' || k, outbox_id, at, 0, 0,
               (count(*) OVER (PARTITION BY k) - 1)::integer, max(at) OVER (PARTITION BY k)
        FROM backlog
        ORDER BY k, at
        ON CONFLICT (partition_key) DO UPDATE
        SET waiting = present.waiting + excluded.waiting + 1, tail_created_at = excluded.tail_created_at
        """;

    /// <summary>Writes waiting messages, or finished ones when <paramref name="finished"/>; numbers must not overlap.</summary>
    public static async Task WriteAsync(
        NpgsqlDataSource database,
        long first,
        long messages,
        long senders,
        DateTimeOffset at,
        int hotSenderPercent = 0,
        bool finished = false,
        bool withEvents = true)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await ExecuteAsync(connection, NumbersSql, first, messages, senders, (long)hotSenderPercent, at);
        if (withEvents)
        {
            await ExecuteAsync(connection, ContactsSql);
            await ExecuteAsync(connection, EventsSql);
        }

        if (!finished)
        {
            await ExecuteAsync(connection, KeysSql);
        }

        await ExecuteAsync(connection, OutboxSql, finished ? "COMPLETED" : "PENDING");
        await transaction.CommitAsync();
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, params object[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 600 };
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        }

        await command.ExecuteNonQueryAsync();
    }
}
