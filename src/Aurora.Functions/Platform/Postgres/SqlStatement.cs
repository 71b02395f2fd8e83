using Npgsql;
using NpgsqlTypes;

namespace Aurora.Functions.Platform.Postgres;

/// <summary>Statements of a batch with typed positional parameters, so that no value is boxed or sent with a guessed type.</summary>
internal static class SqlStatement
{
    /// <summary>One statement of a batch.</summary>
    public static NpgsqlBatchCommand Of(string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        return command;
    }

    public static NpgsqlParameter<string> Text(string value) =>
        new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Varchar };

    public static NpgsqlParameter<int> Integer(int value) =>
        new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Integer };

    public static NpgsqlParameter<DateTime> Instant(DateTimeOffset value) =>
        new() { TypedValue = value.UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz };

    public static NpgsqlParameter<string?[]> Texts(string?[] values) =>
        new() { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Varchar };

    public static NpgsqlParameter<int[]> Integers(int[] values) =>
        new() { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer };

    public static NpgsqlParameter<short[]> SmallIntegers(short[] values) =>
        new() { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Smallint };

    public static NpgsqlParameter<bool[]> Booleans(bool[] values) =>
        new() { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Boolean };

    public static NpgsqlParameter<string[]> Json(string[] values) =>
        new() { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb };

    public static NpgsqlParameter<DateTime[]> Instants(DateTimeOffset[] values) => new()
    {
        TypedValue = Array.ConvertAll(values, static v => v.UtcDateTime),
        NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz,
    };
}
