-- Retention walks decisions by age. Rows arrive in that order, so a block range index is enough and costs next to nothing to write.
CREATE INDEX IF NOT EXISTS ix_mhc_decisions_age ON mhc_decisions USING brin (decided_at) WITH (autosummarize = on);
