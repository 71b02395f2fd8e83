using Npgsql;
using NpgsqlTypes;

namespace Aurora.Functions.Platform.Postgres;

/// <summary>Statements of a batch with typed positional parameters, so that no value is boxed or sent with a guessed type.</summary>
internal static class SqlStatement
{
    /// <summary>One statement of a batch.</summary>
    public static NpgsqlBatchCommand Of(string sql, params ReadOnlySpan<NpgsqlParameter> parameters) =>
        new NpgsqlBatchCommand(sql).With(parameters);

    /// <summary>The statement with further parameters behind those it has.</summary>
    public static NpgsqlBatchCommand With(this NpgsqlBatchCommand command, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        return command;
    }

    public static NpgsqlParameter<string> Text(string value) => One(value, NpgsqlDbType.Varchar);

    public static NpgsqlParameter<int> Integer(int value) => One(value, NpgsqlDbType.Integer);

    public static NpgsqlParameter<long> BigInteger(long value) => One(value, NpgsqlDbType.Bigint);

    public static NpgsqlParameter<DateTime> Instant(DateTimeOffset value) => One(value.UtcDateTime, NpgsqlDbType.TimestampTz);

    public static NpgsqlParameter<string?[]> Texts(string?[] values) => Many(values, NpgsqlDbType.Varchar);

    /// <summary>Values of a column of type text; <see cref="Texts"/> are varchar.</summary>
    public static NpgsqlParameter<string[]> LongTexts(string[] values) => Many(values, NpgsqlDbType.Text);

    public static NpgsqlParameter<Guid[]> Uuids(Guid[] values) => Many(values, NpgsqlDbType.Uuid);

    public static NpgsqlParameter<Guid?[]> Uuids(Guid?[] values) => Many(values, NpgsqlDbType.Uuid);

    public static NpgsqlParameter<int[]> Integers(int[] values) => Many(values, NpgsqlDbType.Integer);

    public static NpgsqlParameter<short[]> SmallIntegers(short[] values) => Many(values, NpgsqlDbType.Smallint);

    public static NpgsqlParameter<long[]> BigIntegers(long[] values) => Many(values, NpgsqlDbType.Bigint);

    public static NpgsqlParameter<bool[]> Booleans(bool[] values) => Many(values, NpgsqlDbType.Boolean);

    public static NpgsqlParameter<string?[]> Json(string?[] values) => Many(values, NpgsqlDbType.Jsonb);

    public static NpgsqlParameter<DateTime[]> Instants(DateTimeOffset[] values) =>
        Many(Array.ConvertAll(values, static v => v.UtcDateTime), NpgsqlDbType.TimestampTz);

    private static NpgsqlParameter<T> One<T>(T value, NpgsqlDbType type) => new() { TypedValue = value, NpgsqlDbType = type };

    private static NpgsqlParameter<T[]> Many<T>(T[] values, NpgsqlDbType element) => One(values, NpgsqlDbType.Array | element);
}
