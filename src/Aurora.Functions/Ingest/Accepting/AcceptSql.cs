// One thing: the statements of one accepting batch, in the order in which they run (src/adr/0003-accepting.md).
using Aurora.Functions.Outbox;

namespace Aurora.Functions.Ingest.Accepting;

/// <summary>
/// Look-ups are correlated scalar subqueries throughout: they stay index probes whatever the statistics say, where a join or
/// an EXISTS may become a hash of the whole table in a plan that was cached while the table was small.
/// </summary>
internal static class AcceptSql
{
    /// <summary>$1 keys, distinct and ascending: every transaction takes them in one order.</summary>
    public const string Lock = "SELECT pg_advisory_xact_lock(k) FROM unnest($1::bigint[]) AS k";

    /// <summary>
    /// $1..$5 tenant, family, alias, component, lock key. Locks the aliases of those components that are not settled: one
    /// alias unknown, or two that lead to different ids.
    /// </summary>
    public const string LockAliases =
        """
        WITH given AS MATERIALIZED (
            SELECT g.component, g.key,
                   (SELECT i.canonical_id FROM channel_identities i
                    WHERE i.tenant_id = g.tenant_id AND i.family = g.family AND i.alias = g.alias) AS canonical_id
            FROM unnest($1::varchar[], $2::varchar[], $3::varchar[], $4::integer[], $5::bigint[])
                AS g(tenant_id, family, alias, component, key)
        ), unsettled AS (
            SELECT component FROM given
            GROUP BY component
            HAVING count(canonical_id) < count(*) OR count(DISTINCT canonical_id) > 1
        )
        SELECT pg_advisory_xact_lock(k.key)
        FROM (
            SELECT DISTINCT g.key FROM given g WHERE g.component IN (SELECT component FROM unsettled) ORDER BY g.key
        ) k
        """;

    /// <summary>
    /// $1..$5 tenant, family, alias, component, proposed id; $6 now. Every alias of a component leads to one canonical id: the
    /// oldest one known, else the proposed one. Ids that turn out to be one person's are led to the older of the two.
    /// </summary>
    public const string SettleAliases =
        """
        WITH found AS MATERIALIZED (
            SELECT g.tenant_id, g.family, g.alias, g.component, g.proposed, i.canonical_id, i.created_at
            FROM unnest($1::varchar[], $2::varchar[], $3::varchar[], $4::integer[], $5::varchar[])
                AS g(tenant_id, family, alias, component, proposed)
            LEFT JOIN LATERAL (
                SELECT c.canonical_id, c.created_at FROM channel_identities c
                WHERE c.tenant_id = g.tenant_id AND c.family = g.family AND c.alias = g.alias
                LIMIT 1) i ON true
        ), winner AS MATERIALIZED (
            SELECT DISTINCT ON (component) component, coalesce(canonical_id, proposed) AS canonical_id
            FROM found
            ORDER BY component, created_at NULLS LAST, alias
        ), moved AS (
            UPDATE channel_identities c
            SET canonical_id = w.canonical_id
            FROM found f
            JOIN winner w ON w.component = f.component
            WHERE f.canonical_id <> w.canonical_id
              AND c.tenant_id = f.tenant_id AND c.family = f.family AND c.canonical_id = f.canonical_id
        )
        INSERT INTO channel_identities (tenant_id, family, alias, canonical_id, created_at)
        SELECT f.tenant_id, f.family, f.alias, w.canonical_id, $6
        FROM found f
        JOIN winner w ON w.component = f.component
        WHERE f.canonical_id IS NULL
        ORDER BY f.tenant_id, f.family, f.alias
        ON CONFLICT DO NOTHING
        """;

    /// <summary>
    /// $1..$9 row id, tenant, channel, event id, account, kind, correlation, target, detail; $10 created at. Answers the ids
    /// of the rows that are new; the others are duplicates, also of one another.
    /// </summary>
    public const string Inbox =
        """
        INSERT INTO ingest_inbox
            (id, tenant_id, channel, event_id, account_id, kind, correlation_id, target_id, detail, created_at)
        SELECT i.id::text, i.tenant_id, i.channel, i.event_id, i.account_id, i.kind, i.correlation_id::text, i.target_id::text,
               i.detail, i.created_at
        FROM unnest($1::uuid[], $2::varchar[], $3::varchar[], $4::varchar[], $5::varchar[], $6::varchar[], $7::uuid[],
                    $8::uuid[], $9::jsonb[], $10::timestamptz[]) WITH ORDINALITY
            AS i(id, tenant_id, channel, event_id, account_id, kind, correlation_id, target_id, detail, created_at, ordinal)
        ORDER BY i.tenant_id, i.channel, i.event_id, i.ordinal
        ON CONFLICT DO NOTHING
        RETURNING id
        """;

    /// <summary>$1..$4 contact, created at, source, sender, identity kind: callers without keys and aliases.</summary>
    public const string Contacts =
        """
        WITH input AS MATERIALIZED (
            SELECT i.contact_id, i.created_at, i.source, i.sender_id, i.identity, i.ordinal
            FROM unnest($1::uuid[], $2::timestamptz[], $3::varchar[], $4::varchar[], $5::smallint[]) WITH ORDINALITY
                AS i(contact_id, created_at, source, sender_id, identity, ordinal)
        )
        """ + ContactsInsert;

    /// <summary>As <see cref="Contacts"/> with $6..$12 inbox row, tenant, channel, event id; alias tenant, family, alias.</summary>
    public const string ContactsOfKeyed =
        """
        WITH input AS MATERIALIZED (
            SELECT i.contact_id, i.created_at, i.source, i.identity, i.ordinal,
        """ + Sender +
        """

            FROM unnest($1::uuid[], $2::timestamptz[], $3::varchar[], $4::varchar[], $5::smallint[],
                        $6::uuid[], $7::varchar[], $8::varchar[], $9::varchar[], $10::varchar[], $11::varchar[], $12::varchar[])
                WITH ORDINALITY
                AS i(contact_id, created_at, source, sender_id, identity,
                     inbox_id, inbox_tenant, inbox_channel, inbox_event, alias_tenant, alias_family, alias, ordinal)
        """ + IsNew + ")" + ContactsInsert;

    /// <summary>
    /// $1..$13 event, outbox, trace, new contact, created at, source, sender, identity kind, content, its length, metadata,
    /// key prefix, lane. Events linked to their contacts and their outbox rows; answers ordinal and contact.
    /// </summary>
    public const string Events =
        """
        WITH input AS MATERIALIZED (
            SELECT i.*
        """ + EventArrays +
        """
        )
                WITH ORDINALITY
                AS i(event_id, outbox_id, trace_id, contact_id, created_at, source, sender_id, identity, content, content_len,
                     metadata, key_prefix, lane, ordinal)
        )
        """ + EventsInsert;

    /// <summary>As <see cref="Events"/> with $14..$20 inbox row, tenant, channel, event id; alias tenant, family, alias.</summary>
    public const string EventsOfKeyed =
        """
        WITH input AS MATERIALIZED (
            SELECT i.event_id, i.outbox_id, i.trace_id, i.contact_id, i.created_at, i.source, i.identity, i.content,
                   i.content_len, i.metadata, i.key_prefix, i.lane, i.ordinal,
        """ + Sender + EventArrays +
        """
        , $14::uuid[], $15::varchar[], $16::varchar[], $17::varchar[], $18::varchar[], $19::varchar[], $20::varchar[])
                WITH ORDINALITY
                AS i(event_id, outbox_id, trace_id, contact_id, created_at, source, sender_id, identity, content, content_len,
                     metadata, key_prefix, lane,
                     inbox_id, inbox_tenant, inbox_channel, inbox_event, alias_tenant, alias_family, alias, ordinal)
        """ + IsNew + ")" + EventsInsert;

    /// <summary>$1..$3 tenant, channel, event id: what the holder of each key was answered.</summary>
    public const string StoredAnswers =
        """
        SELECT k.ordinal::integer, b.id, b.correlation_id, b.target_id, b.detail ->> 'outbox_id', b.detail ->> 'body',
               (SELECT e.contact_id FROM crm_ingest_events e WHERE e.id = b.target_id)
        FROM unnest($1::varchar[], $2::varchar[], $3::varchar[]) WITH ORDINALITY AS k(tenant_id, channel, event_id, ordinal)
        CROSS JOIN LATERAL (
            SELECT i.id, i.correlation_id, i.target_id, i.detail FROM ingest_inbox i
            WHERE i.tenant_id = k.tenant_id AND i.channel = k.channel AND i.event_id = k.event_id
            LIMIT 1) b
        """;

    private const string Sender =
        """

                   coalesce(
                       (SELECT c.canonical_id FROM channel_identities c
                        WHERE c.tenant_id = i.alias_tenant AND c.family = i.alias_family AND c.alias = i.alias),
                       i.sender_id)::varchar AS sender_id
        """;

    private const string IsNew =
        """

            WHERE i.inbox_id IS NULL
               OR (SELECT b.id FROM ingest_inbox b
                   WHERE b.tenant_id = i.inbox_tenant AND b.channel = i.inbox_channel AND b.event_id = i.inbox_event)
                  = i.inbox_id::text
        """;

    private const string ContactsInsert =
        """

        INSERT INTO crm_contacts (id, whatsapp_id, email, ai_memory, created_at)
        SELECT w.contact_id::text,
               CASE w.identity WHEN 0 THEN w.sender_id END,
               CASE w.identity WHEN 1 THEN w.sender_id END,
               '{}', w.created_at
        FROM (
            SELECT DISTINCT ON (i.identity, i.source, i.sender_id) i.*
            FROM input i
            ORDER BY i.identity, i.source, i.sender_id, i.ordinal
        ) w
        WHERE CASE w.identity
                  WHEN 0 THEN (SELECT c.id FROM crm_contacts c WHERE c.whatsapp_id = w.sender_id)
                  WHEN 1 THEN (SELECT c.id FROM crm_contacts c WHERE c.email = w.sender_id)
                  ELSE (SELECT e.id FROM crm_ingest_events e
                        WHERE e.source = w.source AND e.sender_id = w.sender_id AND e.status = 'LINKED' LIMIT 1)
              END IS NULL
        ORDER BY w.identity, w.source, w.sender_id
        ON CONFLICT DO NOTHING
        """;

    private const string EventArrays =
        """

            FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::timestamptz[], $6::varchar[], $7::varchar[],
                        $8::smallint[], $9::text[], $10::integer[], $11::jsonb[], $12::varchar[], $13::smallint[]
        """;

    private const string EventsInsert =
        """
        , resolved AS MATERIALIZED (
            SELECT i.*,
                   CASE i.identity
                       WHEN 0 THEN (SELECT c.id FROM crm_contacts c WHERE c.whatsapp_id = i.sender_id)
                       WHEN 1 THEN (SELECT c.id FROM crm_contacts c WHERE c.email = i.sender_id)
                       ELSE coalesce(
                           (SELECT e.contact_id FROM crm_ingest_events e
                            WHERE e.source = i.source AND e.sender_id = i.sender_id AND e.status = 'LINKED'
                            ORDER BY e.created_at, e.id LIMIT 1),
                           i.contact_id::text)
                   END AS linked_id
            FROM input i
        ), stored AS (
            INSERT INTO crm_ingest_events (id, source, sender_id, content, metadata, contact_id, status, created_at)
            SELECT r.event_id::text, r.source, r.sender_id, r.content, r.metadata, r.linked_id, 'LINKED', r.created_at
            FROM resolved r
        ), emit_input AS (
            SELECT r.outbox_id::text::varchar AS id,
                   'INGEST_RECEIVED'::varchar AS event_type,
                   jsonb_build_object(
                       'ingest_event_id', r.event_id, 'contact_id', r.linked_id, 'raw_content', r.content,
                       'source', r.source, 'metadata', r.metadata, 'sender_id', r.sender_id,
                       'content_len', r.content_len) AS payload,
                   r.trace_id::text::varchar AS trace_id,
                   (r.key_prefix || r.sender_id)::varchar AS partition_key,
                   r.lane, r.created_at, r.ordinal::integer AS ordinal
            FROM resolved r
        )
        """ + OutboxEmitSql.Ctes +
        """

        SELECT r.ordinal::integer, r.linked_id FROM resolved r
        """;
}
