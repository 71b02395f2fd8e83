#!/usr/bin/env bash
# Applies the app's migrations as the migration role, the same way the app does it where it is allowed to: in order, under the
# same advisory lock, each in one transaction with its row (and checksum) in schema_migrations. Safe to run again.
#
#   infra/migrate.sh "host=… dbname=aurora user=aurora_migrator sslmode=require"      (password: PGPASSWORD or ~/.pgpass)
set -euo pipefail
[ $# -eq 1 ] || { echo "usage: $0 <connection string of the migration role>" >&2; exit 2; }
migrations=$(cd "$(dirname "$0")/../src/Aurora.Functions/Platform/Postgres/Migrations" && pwd)

script() {
    cat <<'SQL'
\set ON_ERROR_STOP on
SET client_min_messages = warning;
SELECT pg_advisory_lock(71972686885473) AS locked \gset
CREATE TABLE IF NOT EXISTS public.schema_migrations (
    version integer PRIMARY KEY,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    duration_ms integer NOT NULL);
-- Default privileges gave the new table to the app like any other; its history is not the app's to write.
DO $$
DECLARE
    grantee text;
BEGIN
    FOR grantee IN
        SELECT DISTINCT r.rolname
        FROM pg_class c, aclexplode(c.relacl) a, pg_roles r
        WHERE c.oid = 'public.schema_migrations'::regclass AND r.oid = a.grantee AND r.oid <> c.relowner
          AND a.privilege_type IN ('INSERT', 'UPDATE', 'DELETE')
    LOOP
        EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON public.schema_migrations FROM %I', grantee);
    END LOOP;
END
$$;
SQL
    for file in "$migrations"/[0-9][0-9][0-9][0-9]_*.sql; do
        base=$(basename "$file" .sql)
        version=$((10#${base%%_*}))
        name=${base#*_}
        checksum=$(tr -d '\r' <"$file" | sha256sum | cut -d' ' -f1)
        # A released migration never changes: a checksum that differs from the recorded one stops the run.
        cat <<SQL
SELECT coalesce((SELECT checksum FROM public.schema_migrations WHERE version = $version), '') AS recorded \gset
SELECT :'recorded' = '' AS missing, :'recorded' NOT IN ('', '$checksum') AS changed \gset
\if :changed
    DO \$\$ BEGIN RAISE EXCEPTION 'Migration $base was changed after it was applied: restore the file and add a new one.'; END \$\$;
\endif
\if :missing
    \echo applying $base
    SELECT clock_timestamp() AS started \gset
    BEGIN;
    \i '$file'
    INSERT INTO public.schema_migrations (version, name, checksum, duration_ms)
    VALUES ($version, '$name', '$checksum', extract(epoch FROM clock_timestamp() - :'started')::numeric * 1000);
    COMMIT;
\endif
SQL
    done
    echo "SELECT count(*) || ' migrations applied, newest ' || coalesce(max(version)::text, 'none') AS schema FROM public.schema_migrations;"
}

script | psql --no-psqlrc --quiet --tuples-only --no-align "$1"
