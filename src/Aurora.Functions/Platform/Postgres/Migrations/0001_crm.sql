-- The CRM tables. crm_contacts and crm_deals are frozen: a database that has them keeps them as they are.
CREATE TABLE IF NOT EXISTS crm_contacts (
    id         varchar     NOT NULL,
    name       varchar,
    whatsapp_id varchar,
    email      varchar,
    cpf_cnpj   varchar,
    ai_memory  jsonb       NOT NULL DEFAULT '{}',
    created_at timestamptz DEFAULT now(),
    CONSTRAINT crm_contacts_pkey PRIMARY KEY (id)
);

CREATE UNIQUE INDEX IF NOT EXISTS ix_crm_contacts_whatsapp_id ON crm_contacts (whatsapp_id);
CREATE UNIQUE INDEX IF NOT EXISTS ix_crm_contacts_email ON crm_contacts (email);
CREATE UNIQUE INDEX IF NOT EXISTS ix_crm_contacts_cpf_cnpj ON crm_contacts (cpf_cnpj);

DO $$
BEGIN
    IF to_regtype('dealstage') IS NULL THEN
        CREATE TYPE dealstage AS ENUM (
            'NEW', 'DISCOVERY', 'QUALIFIED', 'PROPOSAL', 'NEGOTIATION', 'CLOSED_WON', 'CLOSED_LOST', 'CHURN_ALERT');
    END IF;
END
$$;

CREATE TABLE IF NOT EXISTS crm_deals (
    id                  varchar     NOT NULL,
    contact_id          varchar     NOT NULL,
    title               varchar     NOT NULL,
    pipeline_type       varchar     DEFAULT 'rodobens_wealth',
    stage               dealstage   NOT NULL DEFAULT 'NEW',
    amount              double precision DEFAULT 0.0,
    expected_close_date timestamptz,
    srv_matrix          jsonb       NOT NULL DEFAULT '{}',
    product_data        jsonb       NOT NULL DEFAULT '{}',
    safety_score        integer     DEFAULT 100,
    compliance_flags    jsonb       NOT NULL DEFAULT '[]',
    created_at          timestamptz DEFAULT now(),
    updated_at          timestamptz,
    CONSTRAINT crm_deals_pkey PRIMARY KEY (id),
    CONSTRAINT crm_deals_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES crm_contacts (id)
);

CREATE INDEX IF NOT EXISTS ix_crm_deals_contact_id ON crm_deals (contact_id);
CREATE INDEX IF NOT EXISTS ix_crm_deals_pipeline_type ON crm_deals (pipeline_type);
CREATE INDEX IF NOT EXISTS ix_crm_deals_stage ON crm_deals (stage);

-- Every external message as it was received. A row is never deleted; only status and contact link change, and retention clears
-- what was said.
CREATE TABLE IF NOT EXISTS crm_ingest_events (
    id         varchar      NOT NULL,
    source     varchar(64)  NOT NULL DEFAULT 'whatsapp',
    sender_id  varchar(256) NOT NULL,
    content    text         NOT NULL,
    metadata   jsonb        NOT NULL DEFAULT '{}',
    contact_id varchar,
    status     varchar      NOT NULL DEFAULT 'RECEIVED',
    created_at timestamptz  NOT NULL DEFAULT now(),
    CONSTRAINT crm_ingest_events_pkey PRIMARY KEY (id),
    CONSTRAINT crm_ingest_events_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES crm_contacts (id),
    CONSTRAINT crm_ingest_events_status_check CHECK (status IN ('RECEIVED', 'LINKED', 'ERROR')),
    -- LINKED means linked: accepting relies on this line to refuse an event whose contact was not found.
    CONSTRAINT crm_ingest_events_linked_check CHECK ((status = 'LINKED') = (contact_id IS NOT NULL))
);

CREATE INDEX IF NOT EXISTS ix_crm_ingest_events_source ON crm_ingest_events (source);
CREATE INDEX IF NOT EXISTS ix_crm_ingest_events_sender_id ON crm_ingest_events (sender_id);
CREATE INDEX IF NOT EXISTS ix_crm_ingest_events_contact_id ON crm_ingest_events (contact_id);
CREATE INDEX IF NOT EXISTS ix_crm_ingest_events_status ON crm_ingest_events (status);
-- Who a sender without an identity column is: the contact of the oldest linked event.
CREATE INDEX IF NOT EXISTS ix_crm_ingest_events_identity ON crm_ingest_events (source, sender_id, created_at, id)
    WHERE status = 'LINKED';
-- Retention walks by age; rows arrive in that order, so a block range index is enough and costs next to nothing to write.
CREATE INDEX IF NOT EXISTS ix_crm_ingest_events_age ON crm_ingest_events USING brin (created_at);
