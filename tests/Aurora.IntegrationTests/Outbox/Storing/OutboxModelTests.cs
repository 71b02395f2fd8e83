using Aurora.Functions.Outbox.Storing;
using Aurora.TestKit.Outbox;
using Aurora.TestKit.Postgres;
using Xunit;

namespace Aurora.IntegrationTests.Outbox.Storing;

public sealed class OutboxModelTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Script_OnPostgres_IsThatOfTheModel(int seed)
    {
        await fixture.Database.ClearOutboxAsync();
        var steps = Enumerable.Range(0, 100).Select(new Func<int, int>(new Sequence(seed).Next)).ToList();
        var memory = new InMemoryOutboxStore();
        await using var postgres = fixture.Database.NewStore();
        var model = new OutboxScript(memory, rows =>
        {
            memory.Emit(rows);
            return Task.CompletedTask;
        });
        var real = new OutboxScript(postgres, rows => fixture.Database.EmitAsync(rows));

        var expected = await model.PlayAsync(steps);
        var seen = await real.PlayAsync(steps);

        Assert.Equal(expected, seen);
        Assert.Null(real.FindMistake());
        Assert.Equal(0L, await fixture.Database.ScalarAsync<long>("SELECT count(*) FROM outbox_keys"));
    }

    /// <summary>The same numbers for the same seed on every machine.</summary>
    private sealed class Sequence(int seed)
    {
        private uint _state = (uint)(seed * 7919) + 1;

        public int Next(int index)
        {
            _state = (_state * 1664525) + 1013904223 + (uint)index;
            return (int)(_state >> 16) & 63;
        }
    }
}
