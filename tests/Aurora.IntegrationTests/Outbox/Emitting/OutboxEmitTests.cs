using Aurora.Functions.Outbox.Emitting;
using Aurora.TestKit;
using Aurora.TestKit.Outbox;
using Aurora.TestKit.Postgres;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Aurora.IntegrationTests.Outbox.Emitting;

public sealed class OutboxEmitTests(DatabaseFixture fixture) : OutboxTests(fixture)
{
    [Fact]
    public async Task AC6_2_Emit_BeforeTheCommit_NobodySeesTheRow()
    {
        await using var connection = await Database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        using var logs = new CapturedLogs();
        using var loggers = LoggerFactory.Create(l => l.SetMinimumLevel(LogLevel.Trace).AddProvider(logs));
        await new OutboxEmitter(loggers.CreateLogger<OutboxEmitter>()).EmitAsync(
            transaction, [OutboxRows.Row("a", "5511999999999", text: "segredo")], default);

        Assert.Equal(0L, await Database.ScalarAsync<long>("SELECT count(*) FROM crm_event_outbox"));
        await transaction.CommitAsync();

        Assert.Equal(1L, await Database.ScalarAsync<long>("SELECT count(*) FROM crm_event_outbox"));
        var line = Assert.Single(logs.Lines);
        Assert.Contains("trace-a", line.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("segredo", line.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("5511999999999", line.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AC6_2_Emit_RolledBack_LeavesNothing()
    {
        await using (var connection = await Database.DataSource.OpenConnectionAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await Emitter().EmitAsync(transaction, [OutboxRows.Row("a", "k")], default);
            await transaction.RollbackAsync();
        }

        Assert.Equal(0L, await Database.ScalarAsync<long>(
            "SELECT (SELECT count(*) FROM crm_event_outbox) + (SELECT count(*) FROM outbox_keys)"));
    }

    [Fact]
    public async Task AC6_2_Emit_WithoutAnOpenTransaction_IsRefused()
    {
        await using var connection = await Database.DataSource.OpenConnectionAsync();
        var transaction = await connection.BeginTransactionAsync();
        await transaction.CommitAsync();
        await transaction.DisposeAsync();

        await Assert.ThrowsAsync<ArgumentNullException>(() => Emitter().EmitAsync(null!, [OutboxRows.Row("a", "k")], default));
        await Assert.ThrowsAnyAsync<Exception>(() => Emitter().EmitAsync(transaction, [OutboxRows.Row("a", "k")], default));
        Assert.Equal(0L, await Database.ScalarAsync<long>("SELECT count(*) FROM crm_event_outbox"));
    }

    [Fact]
    public async Task Emit_ClockBehindTheLastRowOfTheKey_StillComesAfterIt()
    {
        await Database.EmitAsync(OutboxRows.Row("first", "k", 10));
        await Database.EmitAsync(OutboxRows.Row("second", "k", 5), OutboxRows.Row("third", "k", 5));

        var order = await Database.ColumnAsync<string>("SELECT id FROM crm_event_outbox ORDER BY created_at");

        Assert.Equal(["first", "second", "third"], order);
        Assert.Equal(3L, await Database.ScalarAsync<long>("SELECT count(DISTINCT created_at) FROM crm_event_outbox"));
    }

    [Fact]
    public async Task Emit_ManyWritersOfTheSameKeys_LoseNoRowAndNoKey()
    {
        var writers = Enumerable.Range(0, 8).Select(async writer =>
        {
            for (var i = 0; i < 10; i++)
            {
                var events = Enumerable.Range(0, 6).Select(n => OutboxRows.Row($"{writer}-{i}-{n}", $"k{(writer + n) % 5}", i));
                await Database.EmitAsync([.. events]);
            }
        });
        await Task.WhenAll(writers);

        Assert.Equal(480L, await Database.ScalarAsync<long>("SELECT count(*) FROM crm_event_outbox"));
        Assert.Equal(480L, await Database.ScalarAsync<long>("SELECT sum(waiting + 1)::bigint FROM outbox_keys"));
        Assert.Equal(480L, await Database.ScalarAsync<long>("SELECT count(DISTINCT (partition_key, created_at)) FROM crm_event_outbox"));
    }

    private static OutboxEmitter Emitter() => new(Microsoft.Extensions.Logging.Abstractions.NullLogger<OutboxEmitter>.Instance);
}
