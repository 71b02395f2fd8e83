using Aurora.Functions.Platform.Postgres;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;
using static Aurora.IntegrationTests.Infra.DatabaseRolesFixture;

namespace Aurora.IntegrationTests.Infra;

/// <summary>infra/roles.sql gives each role what it needs and nothing more.</summary>
public sealed class DatabaseRolesTests(DatabaseRolesFixture roles) : IClassFixture<DatabaseRolesFixture>
{
    private const string Tables = "SELECT c.oid::regclass::text FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')";

    [Fact]
    public async Task Roles_None_MayBecomeMoreThanTheyAre()
    {
        var powerful = await ListAsync(roles.Admin, $"""
            SELECT rolname::text FROM pg_roles
            WHERE rolname IN ('{roles.MigratorName}', '{roles.AppName}', '{roles.ReaderName}')
              AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls
                   OR EXISTS (SELECT FROM pg_auth_members m WHERE m.member = pg_roles.oid))
            """);

        Assert.Empty(powerful);
    }

    [Fact]
    public async Task Migrator_AfterRoles_OwnsEveryObject()
    {
        var foreign = await ListAsync(roles.Admin, $"""
            SELECT c.relname::text FROM pg_class c
            WHERE c.relnamespace IN ('public'::regnamespace, 'aurora_local'::regnamespace)
              AND pg_get_userbyid(c.relowner) <> '{roles.MigratorName}'
            """);

        Assert.Empty(foreign);
    }

    [Fact]
    public async Task App_EveryTable_ItsRowsAndNothingElse()
    {
        var wrong = await ListAsync(roles.Admin, $"""
            SELECT c.relname || ': ' || p.privilege
            FROM pg_class c, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) p(privilege)
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
              AND has_table_privilege('{roles.AppName}', c.oid, p.privilege)
                  <> (p.privilege = 'SELECT' OR p.privilege IN ('INSERT', 'UPDATE', 'DELETE') AND c.relname <> 'schema_migrations')
            """);

        Assert.Empty(wrong);
        Assert.NotEmpty(await ListAsync(roles.App, Tables));
    }

    [Theory]
    [InlineData("CREATE TABLE public.mine (id int)")]
    [InlineData("CREATE TABLE aurora_local.mine (id int)")]
    [InlineData("CREATE SCHEMA mine")]
    [InlineData("CREATE TEMP TABLE mine (id int)")]
    [InlineData("ALTER TABLE crm_event_outbox ADD COLUMN mine int")]
    [InlineData("DROP TABLE crm_event_outbox")]
    [InlineData("TRUNCATE crm_event_outbox CASCADE")]
    [InlineData("CREATE INDEX mine ON crm_event_outbox (id)")]
    [InlineData("CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'")]
    [InlineData("CREATE ROLE mine")]
    [InlineData("UPDATE schema_migrations SET checksum = ''")]
    [InlineData("DELETE FROM schema_migrations")]
    [InlineData("COPY crm_contacts TO PROGRAM 'cat'")]
    public async Task App_AnythingBeyondRows_IsRefused(string sql) =>
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, await TryAsync(roles.App, sql));

    [Fact]
    public async Task App_TheStatementsOfAMessage_AreAllowed()
    {
        string[] statements =
        [
            "SELECT pg_advisory_lock(1), pg_advisory_unlock(1)",
            "INSERT INTO crm_contacts (id, whatsapp_id) VALUES ('c1', '1') ON CONFLICT (whatsapp_id) DO NOTHING",
            "INSERT INTO crm_ingest_events (id, sender_id, content, contact_id, status) VALUES ('e1', '1', 'x', 'c1', 'LINKED')",
            """
            INSERT INTO ingest_inbox (tenant_id, channel, event_id, id, kind, correlation_id, created_at)
            VALUES ('t', 'c', 'e', 'i', 'message', 't', now())
            """,
            "INSERT INTO crm_event_outbox (id, event_type, payload, trace_id) VALUES ('o1', 'INGEST_RECEIVED', '{}', 't')",
            """
            INSERT INTO outbox_keys (partition_key, head_id, head_created_at, lane, tail_created_at) VALUES ('k', 'o1', now(), 0, now())
            ON CONFLICT (partition_key) DO UPDATE SET waiting = outbox_keys.waiting + 1
            """,
            "SELECT FROM outbox_keys WHERE state = 0 ORDER BY lane LIMIT 1 FOR UPDATE SKIP LOCKED",
            "UPDATE crm_event_outbox SET status = 'COMPLETED' WHERE id = 'o1'",
            """
            INSERT INTO mhc_decisions (outbox_id, attempt, trace_id, decision, enriched_context, safety_score_delta, started_at, decided_at)
            VALUES ('o1', 1, 't', 'PROCEED', '{}', 0, now(), now())
            """,
            "DELETE FROM outbox_keys WHERE partition_key = 'k'",
            "DELETE FROM crm_event_outbox WHERE id = 'o1'",
        ];

        foreach (var statement in statements)
        {
            Assert.Equal((statement, null), (statement, await TryAsync(roles.App, statement)));
        }
    }

    [Fact]
    public async Task App_Start_AppliesNothingAndPasses()
    {
        var applied = await new MigrationRunner(roles.App, NullLogger<MigrationRunner>.Instance).RunAsync(CancellationToken.None);

        Assert.Equal(0, applied);
    }

    [Fact]
    public async Task App_StartWithAMissingMigration_SaysWhatToDo()
    {
        Migration[] newer = [.. Migration.All, new(9999, "newer", "CREATE TABLE newer (id int)")];

        var refusal = await Assert.ThrowsAsync<MigrationNotAllowedException>(
            () => new MigrationRunner(roles.App, NullLogger<MigrationRunner>.Instance).RunAsync(newer, CancellationToken.None));

        Assert.Contains("9999_newer", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("infra/migrate.sh", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reader_EveryTable_CanBeRead()
    {
        foreach (var table in await ListAsync(roles.Admin, Tables))
        {
            Assert.Equal((table, null), (table, await TryAsync(roles.Reader, $"SELECT * FROM {table} LIMIT 1")));
        }
    }

    [Fact]
    public async Task Reader_EveryTable_CannotBeChanged()
    {
        foreach (var table in await ListAsync(roles.Admin, Tables))
        {
            Assert.Equal(PostgresErrorCodes.ReadOnlySqlTransaction, await TryAsync(roles.Reader, $"DELETE FROM {table}"));

            // The read-only default is a second line that a session may leave; the missing grant is the first.
            Assert.Equal(
                PostgresErrorCodes.InsufficientPrivilege, await TryAsync(roles.Reader, $"BEGIN READ WRITE; DELETE FROM {table}"));
        }

        Assert.Equal(
            PostgresErrorCodes.ReadOnlySqlTransaction, await TryAsync(roles.Reader, "CREATE TABLE public.mine (id int)"));
    }

    [Fact]
    public async Task Migrator_TableOfALaterMigration_ServesAppAndReaderAtOnce()
    {
        Assert.Null(await TryAsync(roles.Migrator, "CREATE TABLE public.later (id int GENERATED BY DEFAULT AS IDENTITY, name text)"));

        try
        {
            Assert.Null(await TryAsync(roles.App, "INSERT INTO later (name) VALUES ('a'); UPDATE later SET name = 'b'; DELETE FROM later"));
            Assert.Null(await TryAsync(roles.Reader, "SELECT * FROM later"));
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, await TryAsync(roles.App, "DROP TABLE later"));
        }
        finally
        {
            await TryAsync(roles.Migrator, "DROP TABLE public.later");
        }
    }

    [Fact]
    public async Task Migrator_Role_CannotMakeRolesOrDatabases()
    {
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, await TryAsync(roles.Migrator, "CREATE ROLE mine"));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, await TryAsync(roles.Migrator, "CREATE DATABASE mine"));
    }
}
