-- The outbox: one row per promise to process an accepted event, written in the transaction that accepts it.
-- Columns up to next_retry_at are those of the requirement; the rest is technical (src/adr/0004-outbox-claim.md).
CREATE TABLE IF NOT EXISTS crm_event_outbox (
    id            varchar     NOT NULL,
    event_type    varchar     NOT NULL,
    payload       jsonb       NOT NULL,
    status        varchar     NOT NULL DEFAULT 'PENDING',
    attempts      integer     NOT NULL DEFAULT 0,
    last_error    text,
    trace_id      varchar     NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    processed_at  timestamptz,
    next_retry_at timestamptz NOT NULL DEFAULT now(),
    -- A row written without a key of its own has no neighbours to keep an order with.
    partition_key varchar COLLATE "C" NOT NULL DEFAULT gen_random_uuid()::text,
    lane          smallint    NOT NULL DEFAULT 0,
    locked_by     varchar,
    locked_until  timestamptz,
    dead_at       timestamptz,
    CONSTRAINT crm_event_outbox_pkey PRIMARY KEY (id),
    CONSTRAINT crm_event_outbox_status_check CHECK (status IN ('PENDING', 'PROCESSING', 'COMPLETED', 'FAILED')),
    CONSTRAINT crm_event_outbox_attempts_check CHECK (attempts >= 0),
    CONSTRAINT crm_event_outbox_lane_check CHECK (lane BETWEEN 0 AND 2)
) WITH (
    fillfactor = 80,
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_threshold = 10000,
    autovacuum_vacuum_insert_scale_factor = 0.1,
    autovacuum_analyze_scale_factor = 0.05
);

-- The four indexes of the requirement.
CREATE INDEX IF NOT EXISTS ix_crm_event_outbox_status ON crm_event_outbox (status);
CREATE INDEX IF NOT EXISTS ix_crm_event_outbox_event_type ON crm_event_outbox (event_type);
CREATE INDEX IF NOT EXISTS ix_crm_event_outbox_trace_id ON crm_event_outbox (trace_id);
CREATE INDEX IF NOT EXISTS ix_crm_event_outbox_next_retry_at ON crm_event_outbox (next_retry_at);
-- The next row of a key, found from its present head onwards.
CREATE INDEX IF NOT EXISTS ix_crm_event_outbox_waiting ON crm_event_outbox (partition_key, created_at, id)
    WHERE status IN ('PENDING', 'FAILED') AND dead_at IS NULL;
-- Leases that have run out.
CREATE INDEX IF NOT EXISTS ix_crm_event_outbox_leases ON crm_event_outbox (locked_until) WHERE status = 'PROCESSING';
-- Dead letters, for the operator.
CREATE INDEX IF NOT EXISTS ix_crm_event_outbox_dead ON crm_event_outbox (dead_at) WHERE dead_at IS NOT NULL;

-- One row per key that has unfinished rows: its oldest row is the head, the only one that may be claimed. A claim looks at
-- heads alone, so its cost depends neither on the depth of a key's backlog nor on finished rows.
-- state: 0 ready, 1 in flight, 2 waiting for its retry (due_at). waiting: rows behind the head.
-- next_from: rows older than the head were put back; the next head is looked for from there.
CREATE TABLE IF NOT EXISTS outbox_keys (
    partition_key   varchar COLLATE "C" NOT NULL,
    head_id         varchar     NOT NULL,
    head_created_at timestamptz NOT NULL,
    lane            smallint    NOT NULL,
    state           smallint    NOT NULL DEFAULT 0,
    due_at          timestamptz,
    waiting         integer     NOT NULL DEFAULT 0,
    tail_created_at timestamptz NOT NULL,
    next_from       timestamptz,
    CONSTRAINT outbox_keys_pkey PRIMARY KEY (partition_key),
    CONSTRAINT outbox_keys_state_check CHECK (state BETWEEN 0 AND 2),
    CONSTRAINT outbox_keys_due_check CHECK (state <> 2 OR due_at IS NOT NULL)
) WITH (
    fillfactor = 70,
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 5000,
    autovacuum_vacuum_cost_delay = 0,
    autovacuum_analyze_scale_factor = 0,
    autovacuum_analyze_threshold = 20000
);

CREATE INDEX IF NOT EXISTS ix_outbox_keys_ready ON outbox_keys (lane, head_created_at, head_id) WHERE state = 0;
CREATE INDEX IF NOT EXISTS ix_outbox_keys_due ON outbox_keys (due_at) WHERE state = 2;

-- Workers that claim. Each holds the session advisory lock lock_key while it lives; a free lock means it is gone.
CREATE TABLE IF NOT EXISTS outbox_workers (
    worker_id  varchar     NOT NULL,
    lock_key   bigint      NOT NULL,
    started_at timestamptz NOT NULL,
    CONSTRAINT outbox_workers_pkey PRIMARY KEY (worker_id)
);
