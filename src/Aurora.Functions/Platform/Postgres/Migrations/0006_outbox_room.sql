-- A row of the outbox has three versions (waiting, claimed, finished), each with an entry in every full index. A page with room for
-- them is neither searched for dead entries nor split while a backlog is worked off (src/adr/0004-outbox-claim.md).
ALTER INDEX crm_event_outbox_pkey SET (fillfactor = 40);
ALTER INDEX ix_crm_event_outbox_status SET (fillfactor = 40);
ALTER INDEX ix_crm_event_outbox_event_type SET (fillfactor = 40);
ALTER INDEX ix_crm_event_outbox_trace_id SET (fillfactor = 40);
ALTER INDEX ix_crm_event_outbox_next_retry_at SET (fillfactor = 40);
ALTER INDEX outbox_keys_pkey SET (fillfactor = 50);
