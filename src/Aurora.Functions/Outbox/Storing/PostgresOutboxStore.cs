using Aurora.Functions.Outbox.Claiming;
using Npgsql;

namespace Aurora.Functions.Outbox.Storing;

/// <summary>The outbox in PostgreSQL; one file per concern.</summary>
internal sealed partial class PostgresOutboxStore(NpgsqlDataSource database, ClaimPosition position) : IOutboxStore
{
    private static DateTimeOffset? NullableInstant(NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetFieldValue<DateTimeOffset>(column);

    private static string? NullableText(NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetString(column);
}
