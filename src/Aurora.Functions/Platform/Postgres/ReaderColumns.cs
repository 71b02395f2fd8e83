using Npgsql;

namespace Aurora.Functions.Platform.Postgres;

/// <summary>Columns that may be null.</summary>
internal static class ReaderColumns
{
    public static string? NullableText(this NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetString(column);

    public static DateTimeOffset? NullableInstant(this NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetFieldValue<DateTimeOffset>(column);
}
