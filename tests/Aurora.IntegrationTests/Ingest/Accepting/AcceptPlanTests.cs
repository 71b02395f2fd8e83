using System.Globalization;
using System.Text.RegularExpressions;
using Aurora.Functions.Ingest.Accepting;
using Aurora.Functions.Ingest.Purging;
using Aurora.TestKit.Postgres;
using Npgsql;
using Xunit;

namespace Aurora.IntegrationTests.Ingest.Accepting;

/// <summary>Hot statements probe indexes: in a plan made while the tables were empty, and in one made on full tables.</summary>
public sealed partial class AcceptPlanTests
{
    private static readonly Dictionary<string, string> Statements = new(StringComparer.Ordinal)
    {
        ["contacts"] = AcceptSql.Contacts,
        ["contacts of keyed"] = AcceptSql.ContactsOfKeyed,
        ["events"] = AcceptSql.Events,
        ["events of keyed"] = AcceptSql.EventsOfKeyed,
        ["lock aliases"] = AcceptSql.LockAliases,
        ["settle aliases"] = AcceptSql.SettleAliases,
        ["stored answers"] = AcceptSql.StoredAnswers,
    };

    public static TheoryData<string, string> Cases()
    {
        const string Identity = "ix_crm_contacts_whatsapp_id ix_crm_contacts_email ix_crm_ingest_events_identity";
        const string Keys = " ingest_inbox_pkey channel_identities_pkey";
        return new TheoryData<string, string>
        {
            { "contacts", Identity },
            { "contacts of keyed", Identity + Keys },
            { "events", Identity },
            { "events of keyed", Identity + Keys },
            { "lock aliases", "channel_identities_pkey" },
            { "settle aliases", "channel_identities_pkey" },
            { "stored answers", "ingest_inbox_pkey crm_ingest_events_pkey" },
        };
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Plan_GenericOnEmptyTables_UsesTheIndexes(string statement, string indexes)
    {
        await using var database = await TestDatabase.CreateAsync();

        await AssertPlanAsync(database, statement, indexes);
    }

    [Fact]
    public async Task Plan_GenericOnFullTables_UsesTheIndexes()
    {
        await using var database = await TestDatabase.CreateAsync();
        await FillAsync(database);

        foreach (var row in Cases())
        {
            await AssertPlanAsync(database, (string)row[0], (string)row[1]);
        }
    }

    [Fact]
    public async Task Plan_PurgeOfKeys_WalksByAge()
    {
        await using var database = await TestDatabase.CreateAsync();
        await FillAsync(database);

        var plan = await PlanAsync(database, IngestPurge.DeleteInboxSql);

        Assert.Contains("ix_ingest_inbox_created_at", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan on ingest_inbox", plan, StringComparison.Ordinal);
    }

    private static async Task AssertPlanAsync(TestDatabase database, string statement, string indexes)
    {
        var plan = await PlanAsync(database, Statements[statement]);

        foreach (var index in indexes.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            Assert.Contains(index, plan, StringComparison.Ordinal);
        }

        // The move of merged ids is rare and reads by the canonical id; everything else is a probe.
        Assert.DoesNotContain("Seq Scan on crm_", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan on ingest_inbox", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("hashed SubPlan", plan, StringComparison.Ordinal);
    }

    private static async Task<string> PlanAsync(TestDatabase database, string sql)
    {
        var parameters = Parameter().Matches(sql).Max(m => int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture));
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await ExecuteAsync(connection, "SET plan_cache_mode = force_generic_plan");
        await ExecuteAsync(connection, "PREPARE hot AS " + sql);
        await using var command = new NpgsqlCommand(
            $"EXPLAIN EXECUTE hot({string.Join(", ", Enumerable.Repeat("NULL", parameters))})", connection);
        var lines = new List<string>();
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                lines.Add(reader.GetString(0));
            }
        }

        await ExecuteAsync(connection, "DEALLOCATE hot");
        return string.Join('\n', lines);
    }

    private static Task<int> FillAsync(TestDatabase database) => database.ExecuteAsync(
        """
        INSERT INTO crm_contacts (id, whatsapp_id, email) SELECT 'c' || i, 'w' || i, 'e' || i FROM generate_series(1, 20000) i;
        INSERT INTO crm_ingest_events (id, source, sender_id, content, contact_id, status, created_at)
            SELECT 'v' || i, 'web', 's' || i, 'x', 'c' || i, 'LINKED', '2026-01-01Z'::timestamptz + i * interval '1 second'
            FROM generate_series(1, 20000) i;
        INSERT INTO channel_identities (tenant_id, family, alias, canonical_id) SELECT 't', 'f', 'a' || i, 'a' || i FROM generate_series(1, 20000) i;
        INSERT INTO ingest_inbox (tenant_id, channel, event_id, id, kind, correlation_id, created_at)
            SELECT 't', 'c', 'e' || i, 'i' || i, 'k', 'r' || i, '2026-01-01Z'::timestamptz + i * interval '1 second'
            FROM generate_series(1, 20000) i;
        ANALYZE;
        """);

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    [GeneratedRegex(@"\$(\d+)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex Parameter();
}
