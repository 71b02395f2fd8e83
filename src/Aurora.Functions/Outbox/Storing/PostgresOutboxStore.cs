using Aurora.Functions.Outbox.Claiming;
using Npgsql;

namespace Aurora.Functions.Outbox.Storing;

/// <summary>The outbox in PostgreSQL; one file per concern.</summary>
internal sealed partial class PostgresOutboxStore(NpgsqlDataSource database, ClaimPosition position) : IOutboxStore;
