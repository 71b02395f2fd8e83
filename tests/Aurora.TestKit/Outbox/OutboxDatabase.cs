using Aurora.Functions.Outbox;
using Aurora.Functions.Outbox.Claiming;
using Aurora.Functions.Outbox.Emitting;
using Aurora.Functions.Outbox.Storing;
using Aurora.TestKit.Postgres;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aurora.TestKit.Outbox;

/// <summary>Fills and empties the outbox tables of a test database.</summary>
internal static class OutboxDatabase
{
    /// <summary>A store of its own, as a further worker process has one.</summary>
    public static PostgresOutboxStore NewStore(this TestDatabase database) => new(database.DataSource, new ClaimPosition());

    /// <summary>Writes rows in one transaction, the way the app does.</summary>
    public static async Task EmitAsync(this TestDatabase database, params OutboxEvent[] events)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await new OutboxEmitter(NullLogger<OutboxEmitter>.Instance).EmitAsync(transaction, events, default);
        await transaction.CommitAsync();
    }

    /// <summary>Empties the outbox.</summary>
    public static Task ClearOutboxAsync(this TestDatabase database) =>
        database.ExecuteAsync("TRUNCATE crm_event_outbox, outbox_keys, outbox_workers, mhc_decisions");
}
