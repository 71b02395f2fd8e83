-- Accounts of ours at the providers. Secrets are references, resolved from configuration; no secret is stored here.
CREATE TABLE IF NOT EXISTS channel_accounts (
    tenant_id        varchar     NOT NULL,
    channel          varchar     NOT NULL,
    account_id       varchar     NOT NULL,
    purpose          varchar     NOT NULL,
    app_secret_ref   varchar     NOT NULL,
    verify_token_ref varchar     NOT NULL,
    created_at       timestamptz NOT NULL DEFAULT now(),
    disabled_at      timestamptz,
    CONSTRAINT channel_accounts_pkey PRIMARY KEY (channel, account_id),
    CONSTRAINT channel_accounts_purpose_check CHECK (purpose IN ('crm', 'groups', 'warmer'))
);

-- One person, many ids at the provider: every form seen leads to one canonical user id.
CREATE TABLE IF NOT EXISTS channel_identities (
    tenant_id    varchar     NOT NULL,
    family       varchar     NOT NULL,
    alias        varchar     NOT NULL,
    canonical_id varchar     NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT channel_identities_pkey PRIMARY KEY (tenant_id, family, alias)
);

-- Selective column first: while the table has no statistics, a look-up by alias must not find this index as good as its own.
CREATE INDEX IF NOT EXISTS ix_channel_identities_canonical ON channel_identities (canonical_id, family, tenant_id);

-- One row for every accepted provider item, whatever its kind, and for every Idempotency-Key: the key that makes a redelivery an
-- outcome instead of a second event.
CREATE TABLE IF NOT EXISTS ingest_inbox (
    tenant_id      varchar     NOT NULL,
    channel        varchar     NOT NULL,
    event_id       varchar     NOT NULL,
    id             varchar     NOT NULL,
    account_id     varchar,
    kind           varchar     NOT NULL,
    correlation_id varchar     NOT NULL,
    target_id      varchar,
    detail         jsonb,
    created_at     timestamptz NOT NULL,
    CONSTRAINT ingest_inbox_pkey PRIMARY KEY (tenant_id, channel, event_id)
) WITH (
    autovacuum_vacuum_scale_factor = 0.05,
    autovacuum_vacuum_insert_scale_factor = 0.1
);

CREATE INDEX IF NOT EXISTS ix_ingest_inbox_created_at ON ingest_inbox (created_at);
-- The story of one message, by its trace.
CREATE INDEX IF NOT EXISTS ix_ingest_inbox_correlation_id ON ingest_inbox (correlation_id);

-- What retention has cleared: one row per run that cleared anything.
CREATE TABLE IF NOT EXISTS ingest_purges (
    id         varchar     NOT NULL,
    what       varchar     NOT NULL,
    older_than timestamptz NOT NULL,
    rows       bigint      NOT NULL,
    done_at    timestamptz NOT NULL,
    CONSTRAINT ingest_purges_pkey PRIMARY KEY (id)
);
