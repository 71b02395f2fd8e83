using Npgsql;

namespace Aurora.LocalRuntime.Durable.Storage.Postgres;

/// <summary>The tables of the durable engine, made on first use, safe to run by any number of processes at once.</summary>
internal static class StoreSchema
{
    /// <summary>Class of the advisory locks around set-up, ownership of a hub, and commits of a hub.</summary>
    public const int SetUpLock = 0x41550001;
    public const int HubLock = 0x41550002;
    public const int CommitLock = 0x41550003;

    /// <summary>Raised by a commit of an ownership that is over.</summary>
    public const string HubLostState = "AU001";

    private const string CreateVersions =
        """
        CREATE SCHEMA IF NOT EXISTS aurora_local;
        CREATE TABLE IF NOT EXISTS aurora_local.schema_versions (version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now());
        """;

    // One entry per version; released entries never change.
    private static readonly string[] Versions =
    [
        """
        CREATE SEQUENCE aurora_local.owners;

        CREATE TABLE aurora_local.hubs (
            hub integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            name text NOT NULL UNIQUE,
            owner bigint NOT NULL DEFAULT 0,
            holder text,
            since timestamptz);

        CREATE TABLE aurora_local.instances (
            hub integer NOT NULL,
            id text COLLATE "C" NOT NULL,
            execution bigint NOT NULL,
            status smallint NOT NULL,
            has_work boolean NOT NULL,
            turns integer NOT NULL,
            created_at timestamptz NOT NULL,
            updated_at timestamptz NOT NULL,
            name text NOT NULL,
            parent_id text COLLATE "C",
            details bytea,
            input text,
            output text,
            custom_status text,
            failure bytea,
            first_turn bytea NOT NULL,
            last_turn bytea,
            PRIMARY KEY (id, hub))
            WITH (fillfactor = 75, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.1, autovacuum_analyze_scale_factor = 0.1);
        CREATE INDEX instances_unfinished ON aurora_local.instances (hub, execution) WHERE status IN (0, 6, 7);
        CREATE INDEX instances_children ON aurora_local.instances (hub, parent_id) WHERE parent_id IS NOT NULL;

        CREATE TABLE aurora_local.turns (
            execution bigint NOT NULL,
            turn integer NOT NULL,
            has_work boolean NOT NULL,
            body bytea NOT NULL,
            PRIMARY KEY (execution, turn))
            WITH (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.1, autovacuum_analyze_scale_factor = 0.1);

        CREATE TABLE aurora_local.inbox (
            id bigint PRIMARY KEY,
            hub integer NOT NULL,
            target text COLLATE "C" NOT NULL,
            body bytea NOT NULL)
            WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);

        CREATE TABLE aurora_local.timers (
            execution bigint PRIMARY KEY,
            hub integer NOT NULL,
            id text COLLATE "C" NOT NULL,
            due timestamptz NOT NULL)
            WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
        CREATE INDEX timers_due ON aurora_local.timers (hub, due, execution);

        CREATE FUNCTION aurora_local.assert_owner(p_hub integer, p_owner bigint) RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_advisory_xact_lock_shared(1096089603, p_hub);
            IF NOT EXISTS (SELECT 1 FROM aurora_local.hubs WHERE hub = p_hub AND owner = p_owner) THEN
                RAISE EXCEPTION 'ownership % of the task hub is over', p_owner USING ERRCODE = 'AU001';
            END IF;
        END $$;

        -- Row by row on purpose: a join with unnest is planned before the table has statistics, and such a plan scans the table for every commit.
        CREATE FUNCTION aurora_local.advance(
            p_hub integer, p_ids text[], p_executions bigint[], p_statuses smallint[], p_times timestamptz[], p_turns integer[],
            p_outputs text[], p_custom text[], p_failures bytea[], p_last bytea[]) RETURNS void LANGUAGE plpgsql AS $$
        DECLARE u record;
        BEGIN
            FOR u IN
                SELECT * FROM unnest(p_ids, p_executions, p_statuses, p_times, p_turns, p_outputs, p_custom, p_failures, p_last)
                    AS t (id, execution, status, at, turns, output, custom_status, failure, last_turn)
            LOOP
                UPDATE aurora_local.instances i
                SET status = u.status, updated_at = u.at, turns = u.turns, output = u.output, custom_status = u.custom_status, failure = u.failure, last_turn = u.last_turn
                WHERE i.hub = p_hub AND i.id = u.id AND i.execution = u.execution;
            END LOOP;
        END $$;
        """,
        // Room for the second version of a row beside the first: a full page is searched for dead entries, then split.
        """
        DROP FUNCTION aurora_local.advance(integer, text[], bigint[], smallint[], timestamptz[], integer[], text[], text[], bytea[], bytea[]);
        ALTER INDEX aurora_local.instances_pkey SET (fillfactor = 50);
        -- Retention takes the oldest finished instances first, however many there are.
        CREATE INDEX instances_finished ON aurora_local.instances (hub, created_at) WHERE status IN (1, 3, 5);
        -- Nothing is looked for by what these hold; statistics on them were most of the cost of analysing the tables.
        ALTER TABLE aurora_local.instances ALTER COLUMN input SET STATISTICS 0, ALTER COLUMN output SET STATISTICS 0, ALTER COLUMN custom_status SET STATISTICS 0,
            ALTER COLUMN details SET STATISTICS 0, ALTER COLUMN failure SET STATISTICS 0, ALTER COLUMN first_turn SET STATISTICS 0, ALTER COLUMN last_turn SET STATISTICS 0;
        ALTER TABLE aurora_local.turns ALTER COLUMN body SET STATISTICS 0;
        """,
    ];

    public static async Task EnsureAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (await ReadVersionAsync(connection, cancellation) >= Versions.Length)
        {
            return;
        }

        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using (var gate = new NpgsqlCommand("SELECT pg_advisory_xact_lock($1, 0)", connection, transaction) { Parameters = { new() { Value = SetUpLock } } })
        {
            await gate.ExecuteNonQueryAsync(cancellation);
        }

        await using (var create = new NpgsqlCommand(CreateVersions, connection, transaction))
        {
            await create.ExecuteNonQueryAsync(cancellation);
        }

        for (var version = await ReadVersionAsync(connection, cancellation) + 1; version <= Versions.Length; version++)
        {
#pragma warning disable CA2100 // The text is one of the constants above.
            await using var apply = new NpgsqlCommand(Versions[version - 1], connection, transaction);
#pragma warning restore CA2100
            await apply.ExecuteNonQueryAsync(cancellation);
            await using var note = new NpgsqlCommand("INSERT INTO aurora_local.schema_versions (version) VALUES ($1)", connection, transaction) { Parameters = { new() { Value = version } } };
            await note.ExecuteNonQueryAsync(cancellation);
        }

        await transaction.CommitAsync(cancellation);
    }

    private static async Task<int> ReadVersionAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var exists = new NpgsqlCommand("SELECT to_regclass('aurora_local.schema_versions') IS NOT NULL", connection);
        if (await exists.ExecuteScalarAsync(cancellation) is not true)
        {
            return 0;
        }

        await using var read = new NpgsqlCommand("SELECT coalesce(max(version), 0) FROM aurora_local.schema_versions", connection);
        return (int)(await read.ExecuteScalarAsync(cancellation) ?? 0);
    }
}
