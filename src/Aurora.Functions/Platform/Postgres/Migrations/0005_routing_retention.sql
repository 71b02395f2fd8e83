-- Retention takes the oldest decisions first. A block range index would be cheaper to write, but once pages of deleted rows are used
-- again its ranges still begin at the oldest row they ever held, and every look would read the table.
CREATE INDEX IF NOT EXISTS ix_mhc_decisions_decided_at ON mhc_decisions (decided_at);
