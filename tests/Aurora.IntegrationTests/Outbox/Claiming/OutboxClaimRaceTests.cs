using System.Collections.Concurrent;
using Aurora.Functions.Outbox;
using Aurora.Functions.Outbox.Storing;
using Aurora.TestKit.Outbox;
using Aurora.TestKit.Postgres;
using Xunit;

namespace Aurora.IntegrationTests.Outbox.Claiming;

public sealed class OutboxClaimRaceTests(DatabaseFixture fixture) : OutboxTests(fixture)
{
    private static readonly DateTimeOffset Later = OutboxRows.Noon.AddMinutes(1);

    [Fact]
    public async Task AC6_5_Claim_FourWorkersAtOnce_GetDisjointRowsAndAllOfThem()
    {
        await Database.EmitAsync([.. Enumerable.Range(0, 100).Select(i => OutboxRows.Row($"{i}", $"k{i}", i))]);
        var seen = new ConcurrentBag<string>();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(async n =>
        {
            await using var store = Database.NewStore();
            for (var items = await ClaimAsync(store, $"w{n}"); items.Count > 0 || seen.Count < 100; items = await ClaimAsync(store, $"w{n}"))
            {
                items.ToList().ForEach(i => seen.Add(i.Claim.Id.Value));
            }
        }));

        Assert.Equal(100, seen.Count);
        Assert.Equal(100, seen.Distinct().Count());
        Assert.Equal(100L, await Database.ScalarAsync<long>("SELECT count(*) FROM crm_event_outbox WHERE attempts = 1 AND status = 'PROCESSING'"));
    }

    [Fact]
    public async Task AC6_5_Claim_RowHeldByAnotherTransaction_IsSkippedWithoutWaiting()
    {
        await Database.EmitAsync(OutboxRows.Row("held", "k1", 1), OutboxRows.Row("free", "k2", 2));
        await using var connection = await Database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var hold = new Npgsql.NpgsqlCommand("SELECT 1 FROM outbox_keys WHERE partition_key = 'k1' FOR UPDATE", connection);
        await hold.ExecuteScalarAsync();
        await using var store = Database.NewStore();

        var items = await ClaimAsync(store, "w").WaitAsync(TimeSpan.FromSeconds(5));

        Assert.Equal("free", Assert.Single(items).Claim.Id.Value);
    }

    [Fact]
    public async Task Drain_TwoWorkersWhileRowsArrive_KeepsTheOrderOfEverySenderAndSharesNoRow()
    {
        const int senders = 6;
        const int perSender = 25;
        var handled = new ConcurrentDictionary<string, ConcurrentQueue<int>>(StringComparer.Ordinal);
        var inFlight = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        var finished = 0;

        var writers = Enumerable.Range(0, senders).Select(async sender =>
        {
            for (var i = 0; i < perSender; i++)
            {
                await Database.EmitAsync(OutboxRows.Row($"{sender}-{i:D3}", $"s{sender}", i));
            }
        });
        var workers = Enumerable.Range(0, 2).Select(async n =>
        {
            await using var store = Database.NewStore();
            while (Volatile.Read(ref finished) < senders * perSender)
            {
                foreach (var item in await ClaimAsync(store, $"w{n}", limit: 4))
                {
                    Assert.True(inFlight.TryAdd(item.PartitionKey, item.Claim.Id.Value), "two rows of one key in flight");
                    handled.GetOrAdd(item.PartitionKey, _ => []).Enqueue(int.Parse(item.Claim.Id.Value.Split('-')[1], null));
                    inFlight.TryRemove(item.PartitionKey, out _);
                    Assert.False((await store.CompleteAsync([item.Claim], Later, default))[0].IsStale);
                    Interlocked.Increment(ref finished);
                }
            }
        });
        await Task.WhenAll(writers.Concat(workers)).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.All(handled.Values, order => Assert.Equal(Enumerable.Range(0, perSender), order));
        Assert.Equal(0L, await Database.ScalarAsync<long>("SELECT count(*) FROM outbox_keys"));
    }

    [Fact]
    public async Task Marks_BatchesOverTheSameKeysInAnyOrder_DoNotDeadlock()
    {
        await Database.EmitAsync([.. Enumerable.Range(0, 200).Select(i => OutboxRows.Row($"{i:D3}", $"k{i % 20}", i))]);
        await using var store = Database.NewStore();

        for (var round = 0; round < 10; round++)
        {
            var claims = (await ClaimAsync(store, "w")).Select(i => i.Claim).ToList();
            var shuffled = claims.OrderBy(c => c.Id.Value, StringComparer.Ordinal).Chunk(7).ToList();
            await Task.WhenAll(shuffled.Select((chunk, i) =>
                i % 2 == 0 ? store.CompleteAsync(chunk, Later, default) : store.CompleteAsync([.. chunk.Reverse()], Later, default))
                .Append<Task>(Database.EmitAsync([.. Enumerable.Range(0, 20).Select(i => OutboxRows.Row($"n{round}-{i}", $"k{19 - i}", i))])));
        }

        Assert.Equal(200L, await Database.ScalarAsync<long>("SELECT count(*) FROM crm_event_outbox WHERE status = 'COMPLETED'"));
    }

    private static Task<IReadOnlyList<OutboxItem>> ClaimAsync(PostgresOutboxStore store, string worker, int limit = 25) =>
        store.ClaimAsync(new OutboxClaimRequest(worker, limit, Later, Later.AddSeconds(60)), default);
}
