-- Database roles of Aurora. Safe to run again at any time, before the first migration and after any later one.
--
--   psql "host=… dbname=aurora user=<administrator> sslmode=require" -v ON_ERROR_STOP=1 \
--        -v migrator_password='…' -v app_password='…' -v reader_password='…' -f infra/roles.sql
--
-- The administrator needs CREATEROLE and the ownership of the database, not superuser. A password that is not given stays as it
-- is. Optional: -v migrator=… -v app=… -v reader=… (other names), -v local_host=on (the app runs on its local host, which keeps
-- its own state in the schema aurora_local; not needed on Azure).
--
--   migrator   owns the schemas' objects; used by infra/migrate.sh alone
--   app        reads and writes rows; no DDL, no TRUNCATE, cannot change the history of migrations
--   reader     reads everything, changes nothing; sees message contents, so it is given to people by name
\set ON_ERROR_STOP on
\if :{?migrator} \else \set migrator aurora_migrator \endif
\if :{?app} \else \set app aurora_app \endif
\if :{?reader} \else \set reader aurora_reader \endif
\if :{?migrator_password} \else \set migrator_password '' \endif
\if :{?app_password} \else \set app_password '' \endif
\if :{?reader_password} \else \set reader_password '' \endif
\if :{?local_host} \else \set local_host off \endif

BEGIN;
SET LOCAL client_min_messages = warning;
-- The blocks below are plain SQL and read their parameters from here; they end with this transaction.
SELECT set_config('aurora.migrator', :'migrator', true) AS migrator,
       set_config('aurora.app', :'app', true) AS app,
       set_config('aurora.reader', :'reader', true) AS reader,
       set_config('aurora.local_host', :'local_host', true) AS local_host,
       set_config('aurora.migrator_password', :'migrator_password', true) <> '' AS migrator_password_set,
       set_config('aurora.app_password', :'app_password', true) <> '' AS app_password_set,
       set_config('aurora.reader_password', :'reader_password', true) <> '' AS reader_password_set;

-- 1. The roles. Attributes are set on every run: a role that was given more loses it.
DO $$
DECLARE
    parameter text;
    role_name text;
    secret    text;
BEGIN
    FOREACH parameter IN ARRAY ARRAY['migrator', 'app', 'reader'] LOOP
        role_name := current_setting('aurora.' || parameter);
        secret := current_setting('aurora.' || parameter || '_password');
        IF role_name = current_user THEN
            RAISE EXCEPTION 'roles.sql must be run by an administrator, not by %', role_name;
        END IF;
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
            EXECUTE format('CREATE ROLE %I', role_name);
        END IF;
        EXECUTE format('ALTER ROLE %I WITH LOGIN INHERIT', role_name);
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = role_name
                   AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)) THEN
            -- Only whoever has such an attribute may take it away; for anyone else this line is the error message.
            EXECUTE format('ALTER ROLE %I WITH NOSUPERUSER NOCREATEROLE NOCREATEDB NOREPLICATION NOBYPASSRLS', role_name);
        END IF;
        IF secret <> '' THEN
            EXECUTE format('ALTER ROLE %I PASSWORD %L', role_name, secret);
        END IF;
        -- The administrator acts for the role below (default privileges, ownership).
        IF NOT pg_has_role(current_user, role_name, 'USAGE') THEN
            EXECUTE format('GRANT %I TO CURRENT_USER', role_name);
        END IF;
    END LOOP;

    -- A transaction left open keeps dead rows alive everywhere; the app never waits inside one.
    EXECUTE format('ALTER ROLE %I SET idle_in_transaction_session_timeout = ''60s''', current_setting('aurora.app'));
    -- A forgotten report must not hold back vacuum; and a second line behind the missing grants.
    EXECUTE format('ALTER ROLE %I SET statement_timeout = ''60s''', current_setting('aurora.reader'));
    EXECUTE format('ALTER ROLE %I SET idle_in_transaction_session_timeout = ''60s''', current_setting('aurora.reader'));
    EXECUTE format('ALTER ROLE %I SET default_transaction_read_only = on', current_setting('aurora.reader'));
END
$$;

-- 2. The database and its schemas. Nobody gets anything by being anybody.
CREATE SCHEMA IF NOT EXISTS aurora_local;
DO $$
DECLARE
    migrator text := current_setting('aurora.migrator');
    app      text := current_setting('aurora.app');
    reader   text := current_setting('aurora.reader');
    database text := current_database();
    schema   text;
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', database);
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM %I, %I, %I', database, migrator, app, reader);
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I, %I, %I', database, migrator, app, reader);

    FOREACH schema IN ARRAY ARRAY['public', 'aurora_local'] LOOP
        EXECUTE format('REVOKE ALL ON SCHEMA %I FROM PUBLIC', schema);
        EXECUTE format('REVOKE ALL ON SCHEMA %I FROM %I, %I', schema, app, reader);
        EXECUTE format('GRANT USAGE, CREATE ON SCHEMA %I TO %I', schema, migrator);
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I, %I', schema, app, reader);
    END LOOP;

    IF current_setting('aurora.local_host')::boolean THEN
        -- The local host creates its schema and tables when it starts.
        EXECUTE format('GRANT CREATE ON DATABASE %I TO %I', database, app);
        EXECUTE format('GRANT CREATE ON SCHEMA aurora_local TO %I', app);
    END IF;
END
$$;

-- 3. Objects an administrator created (an app that migrated itself, a restored dump) go to the migrator, so that later
--    migrations may change them. Objects of extensions stay where they are.
DO $$
DECLARE
    migrator text := current_setting('aurora.migrator');
    found    record;
BEGIN
    FOR found IN
        SELECT format('%s %I.%I', CASE c.relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
                      ELSE 'TABLE' END, n.nspname, c.relname) AS object
        FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname IN ('public', 'aurora_local')
          AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
          AND c.relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                          AND d.deptype IN ('e', 'a', 'i'))
        UNION ALL
        SELECT format('%s %s', CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, p.oid::regprocedure)
        FROM pg_proc p
        WHERE p.pronamespace IN ('public'::regnamespace, 'aurora_local'::regnamespace)
          AND p.prokind IN ('f', 'p', 'w')
          AND p.proowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
        UNION ALL
        SELECT format('TYPE %s', t.oid::regtype)
        FROM pg_type t
        WHERE t.typnamespace IN ('public'::regnamespace, 'aurora_local'::regnamespace)
          AND t.typtype = 'e'
          AND t.typowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')
    LOOP
        EXECUTE format('ALTER %s OWNER TO %I', found.object, migrator);
    END LOOP;
END
$$;

-- 4. What the app and the reader may do, on what is there and on what later migrations bring.
DO $$
DECLARE
    migrator text := current_setting('aurora.migrator');
    app      text := current_setting('aurora.app');
    reader   text := current_setting('aurora.reader');
    schema   text;
    creator  text;
BEGIN
    FOREACH schema IN ARRAY ARRAY['public', 'aurora_local'] LOOP
        -- What the local host created belongs to the app itself; nothing is taken from or given to an owner.
        EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM PUBLIC, %I', schema, reader);
        EXECUTE format('REVOKE ALL ON ALL SEQUENCES IN SCHEMA %I FROM PUBLIC, %I', schema, reader);
        EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO %I', schema, reader);
        EXECUTE format('GRANT SELECT ON ALL SEQUENCES IN SCHEMA %I TO %I', schema, reader);
        IF schema = 'public' OR NOT current_setting('aurora.local_host')::boolean THEN
            EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM %I', schema, app);
            EXECUTE format('REVOKE ALL ON ALL SEQUENCES IN SCHEMA %I FROM %I', schema, app);
        END IF;
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO %I', schema, app);
        EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA %I TO %I', schema, app);
        EXECUTE format('GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA %I TO %I', schema, app);

        EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO %I',
                       migrator, schema, app);
        EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I GRANT USAGE, SELECT ON SEQUENCES TO %I',
                       migrator, schema, app);
        EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I GRANT EXECUTE ON FUNCTIONS TO %I', migrator, schema, app);
        FOREACH creator IN ARRAY ARRAY[migrator, app] LOOP
            EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I GRANT SELECT ON TABLES TO %I', creator, schema, reader);
            EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I GRANT SELECT ON SEQUENCES TO %I',
                           creator, schema, reader);
        END LOOP;
    END LOOP;

    -- Functions are open to everybody by default; this one default exists only without a schema.
    EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC', migrator);

    -- The history of migrations is read by the app at every start and written by the migrator alone.
    IF to_regclass('public.schema_migrations') IS NOT NULL THEN
        EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON public.schema_migrations FROM %I', app);
    END IF;
END
$$;
COMMIT;
