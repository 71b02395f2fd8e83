-- The decisions of the MHC HyperRouter: one per outbox row, written in the commit that completes the row.
CREATE TABLE IF NOT EXISTS mhc_decisions (
    outbox_id        varchar     NOT NULL,
    attempt          integer     NOT NULL,
    event_id         varchar,
    contact_id       varchar,
    trace_id         varchar     NOT NULL,
    decision         varchar     NOT NULL,
    enriched_context jsonb       NOT NULL,
    safety_score_delta integer   NOT NULL,
    errors           jsonb       NOT NULL DEFAULT '[]',
    started_at       timestamptz NOT NULL,
    decided_at       timestamptz NOT NULL,
    CONSTRAINT mhc_decisions_pkey PRIMARY KEY (outbox_id),
    CONSTRAINT mhc_decisions_decision_check CHECK (decision IN ('BLOCK', 'PROCEED'))
);
