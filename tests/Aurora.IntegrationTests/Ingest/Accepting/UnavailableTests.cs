using Aurora.TestKit;
using Npgsql;
using Xunit;

namespace Aurora.IntegrationTests.Ingest.Accepting;

/// <summary>What callers are told while the database does not answer, and when too many of them wait.</summary>
public sealed class UnavailableTests : IngestTests
{
    [Fact]
    public async Task Post_ConnectionKilledBeforeTheCommit_Is503AndStoresNothing()
    {
        await using var stack = new IngestStack(Database);
        await HoldCommitsAsync();
        await using var holder = await Database.DataSource.OpenConnectionAsync();
        await ExecuteAsync(holder, "SELECT pg_advisory_lock(4711)");

        var posting = stack.SayAsync("web", "s", "x");
        await Eventually.BecomesTrueAsync(async () => await WaitersAsync() == 1, "the commit waits for the lock");
        await Database.ExecuteAsync(
            "SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE l.locktype = 'advisory' AND NOT l.granted AND d.datname = current_database()");
        var answer = await posting;
        await ExecuteAsync(holder, "SELECT pg_advisory_unlock(4711)");

        Assert.Equal(503, answer.Status);
        Assert.Equal("database_unavailable", answer["code"]);
        Assert.True(answer.Headers.RetryAfter.Count == 1);
        Assert.Equal(0, await Database.ScalarAsync<long>("SELECT count(*) FROM crm_ingest_events"));
        Assert.Equal(200, (await stack.SayAsync("web", "s", "again")).Status);
    }

    [Fact]
    public async Task Post_QueueFull_Is503WithRetryAfterAndTheWaitingOnesGoThrough()
    {
        await using var stack = new IngestStack(Database, configure: o =>
        {
            o.MaxBatch = 1;
            o.MaxQueue = 2;
        });
        await HoldCommitsAsync();
        await using var holder = await Database.DataSource.OpenConnectionAsync();
        await ExecuteAsync(holder, "SELECT pg_advisory_lock(4711)");
        var running = stack.SayAsync("web", "s", "running");
        await Eventually.BecomesTrueAsync(async () => await WaitersAsync() == 1, "the commit waits for the lock");
        var waiting = new[] { stack.SayAsync("web", "s", "1"), stack.SayAsync("web", "s", "2") };

        var shed = await stack.SayAsync("web", "s", "shed");
        await ExecuteAsync(holder, "SELECT pg_advisory_unlock(4711)");

        Assert.Equal(503, shed.Status);
        Assert.Equal("overloaded", shed["code"]);
        Assert.Equal("2", shed.Headers.RetryAfter);
        Assert.Equal([200, 200, 200], (await Task.WhenAll([running, .. waiting])).Select(a => a.Status));
    }

    private Task<int> HoldCommitsAsync() => Database.ExecuteAsync(
        """
        CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN PERFORM pg_advisory_xact_lock(4711); RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER hold AFTER INSERT ON crm_event_outbox DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION hold();
        """);

    private Task<long> WaitersAsync() => Database.ScalarAsync<long>(
        """
        SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
        WHERE l.locktype = 'advisory' AND NOT l.granted AND d.datname = current_database()
        """)!;

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
