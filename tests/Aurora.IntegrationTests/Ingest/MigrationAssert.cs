using Aurora.Functions.Platform.Postgres;
using Aurora.TestKit.Postgres;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Aurora.IntegrationTests.Ingest;

/// <summary>What the migrations must leave in the catalogue.</summary>
internal static class MigrationAssert
{
    public static readonly string[] Contacts =
    [
        "id varchar NOT NULL", "name varchar", "whatsapp_id varchar", "email varchar", "cpf_cnpj varchar",
        "ai_memory jsonb NOT NULL", "created_at timestamptz",
    ];

    public static readonly string[] Deals =
    [
        "id varchar NOT NULL", "contact_id varchar NOT NULL", "title varchar NOT NULL", "pipeline_type varchar",
        "stage dealstage NOT NULL", "amount float8", "expected_close_date timestamptz", "srv_matrix jsonb NOT NULL",
        "product_data jsonb NOT NULL", "safety_score int4", "compliance_flags jsonb NOT NULL", "created_at timestamptz",
        "updated_at timestamptz",
    ];

    private static readonly string[] Events =
    [
        "id varchar NOT NULL", "source varchar NOT NULL", "sender_id varchar NOT NULL", "content text NOT NULL",
        "metadata jsonb NOT NULL", "contact_id varchar", "status varchar NOT NULL", "created_at timestamptz NOT NULL",
    ];

    /// <summary>What the reference leaves behind after OS 004.</summary>
    private const string Os004Sql =
        """
        CREATE TABLE crm_contacts (
            id varchar NOT NULL PRIMARY KEY, name varchar, whatsapp_id varchar, email varchar, cpf_cnpj varchar,
            ai_memory jsonb NOT NULL DEFAULT '{}', created_at timestamptz DEFAULT now());
        CREATE UNIQUE INDEX ix_crm_contacts_whatsapp_id ON crm_contacts (whatsapp_id);
        CREATE UNIQUE INDEX ix_crm_contacts_email ON crm_contacts (email);
        CREATE UNIQUE INDEX ix_crm_contacts_cpf_cnpj ON crm_contacts (cpf_cnpj);
        CREATE TYPE dealstage AS ENUM (
            'NEW', 'DISCOVERY', 'QUALIFIED', 'PROPOSAL', 'NEGOTIATION', 'CLOSED_WON', 'CLOSED_LOST', 'CHURN_ALERT');
        CREATE TABLE crm_deals (
            id varchar NOT NULL PRIMARY KEY, contact_id varchar NOT NULL REFERENCES crm_contacts (id), title varchar NOT NULL,
            pipeline_type varchar DEFAULT 'rodobens_wealth', stage dealstage NOT NULL DEFAULT 'NEW',
            amount double precision DEFAULT 0.0, expected_close_date timestamptz, srv_matrix jsonb NOT NULL DEFAULT '{}',
            product_data jsonb NOT NULL DEFAULT '{}', safety_score integer DEFAULT 100,
            compliance_flags jsonb NOT NULL DEFAULT '[]', created_at timestamptz DEFAULT now(), updated_at timestamptz);
        CREATE INDEX ix_crm_deals_contact_id ON crm_deals (contact_id);
        INSERT INTO crm_contacts (id, whatsapp_id) VALUES ('11111111-1111-4111-8111-111111111111', '5511900000009');
        """;

    public static async Task AppliesAsync(bool os004Only)
    {
        await using var database = await TestDatabase.CreateAsync(migrated: false);
        if (os004Only)
        {
            await database.ExecuteAsync(Os004Sql);
        }

        var runner = new MigrationRunner(database.DataSource, NullLogger<MigrationRunner>.Instance);
        await runner.RunAsync(CancellationToken.None);
        var first = await CatalogueAsync(database);
        var again = await runner.RunAsync(CancellationToken.None);

        Assert.Equal(0, again);
        Assert.Equal(first, await CatalogueAsync(database));
        Assert.Equal(Contacts, await ColumnsAsync(database, "crm_contacts"));
        Assert.Equal(Deals, await ColumnsAsync(database, "crm_deals"));
        Assert.Equal(Events, await ColumnsAsync(database, "crm_ingest_events"));
        Assert.Equal(os004Only ? 1 : 0, await database.ScalarAsync<long>("SELECT count(*) FROM crm_contacts"));
        Assert.Equal("crm_contacts", await database.ScalarAsync<string>(
            """
            SELECT confrelid::regclass::text FROM pg_constraint
            WHERE conrelid = 'crm_ingest_events'::regclass AND contype = 'f' AND confdeltype = 'a'
            """));
        var indexed = await database.ColumnAsync<string>(
            """
            SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
            WHERE i.indrelid = 'crm_ingest_events'::regclass AND i.indnatts = 1 AND i.indpred IS NULL ORDER BY 1
            """);
        Assert.Superset(
            new HashSet<string>(StringComparer.Ordinal) { "id", "source", "sender_id", "contact_id", "status" },
            new HashSet<string>(indexed, StringComparer.Ordinal));
        Assert.Equal(3, await database.ScalarAsync<long>(
            "SELECT count(*) FROM pg_index WHERE indrelid = 'crm_contacts'::regclass AND indisunique AND NOT indisprimary"));
    }

    /// <summary>The columns of a table in their order: name, type, and NOT NULL where it holds.</summary>
    public static async Task<IReadOnlyList<string>> ColumnsAsync(TestDatabase database, string table) =>
        await database.ColumnAsync<string>(
            """
            SELECT a.attname || ' ' || t.typname || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
            FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
            WHERE a.attrelid = $1::text::regclass AND a.attnum > 0 AND NOT a.attisdropped
            ORDER BY a.attnum
            """,
            table);

    private static Task<IReadOnlyList<string>> CatalogueAsync(TestDatabase database) => database.ColumnAsync<string>(
        """
        SELECT c.relkind::text || ' ' || c.relname || ' ' || coalesce(pg_get_indexdef(c.oid), '')
        FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
        UNION ALL
        SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
        UNION ALL
        SELECT version::text || ' ' || applied_at::text FROM schema_migrations
        ORDER BY 1
        """);
}
