-- A row of the outbox has three versions (waiting, claimed, finished), each with an entry in every full index. A page with room for
-- them is neither searched for dead entries nor split while a backlog is worked off (src/adr/0004-outbox-claim.md).
ALTER INDEX crm_event_outbox_pkey SET (fillfactor = 40);
ALTER INDEX ix_crm_event_outbox_status SET (fillfactor = 40);
ALTER INDEX ix_crm_event_outbox_event_type SET (fillfactor = 40);
ALTER INDEX ix_crm_event_outbox_trace_id SET (fillfactor = 40);
ALTER INDEX ix_crm_event_outbox_next_retry_at SET (fillfactor = 40);
ALTER INDEX outbox_keys_pkey SET (fillfactor = 50);

-- Nothing is ever looked for by what a payload holds; gathering statistics on it was most of the cost of analysing these tables.
ALTER TABLE crm_event_outbox ALTER COLUMN payload SET STATISTICS 0, ALTER COLUMN last_error SET STATISTICS 0;
ALTER TABLE mhc_decisions ALTER COLUMN enriched_context SET STATISTICS 0, ALTER COLUMN errors SET STATISTICS 0;
ALTER TABLE crm_ingest_events ALTER COLUMN content SET STATISTICS 0, ALTER COLUMN metadata SET STATISTICS 0;
