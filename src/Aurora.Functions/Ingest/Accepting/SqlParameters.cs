using Npgsql;
using NpgsqlTypes;

namespace Aurora.Functions.Ingest.Accepting;

/// <summary>Typed positional parameters, without boxing and without guessing a type from a value.</summary>
internal static class SqlParameters
{
    public static NpgsqlBatchCommand Uuids(this NpgsqlBatchCommand command, Guid[] values) =>
        Add(command, values, NpgsqlDbType.Array | NpgsqlDbType.Uuid);

    public static NpgsqlBatchCommand Uuids(this NpgsqlBatchCommand command, Guid?[] values) =>
        Add(command, values, NpgsqlDbType.Array | NpgsqlDbType.Uuid);

    public static NpgsqlBatchCommand Varchars(this NpgsqlBatchCommand command, string?[] values) =>
        Add(command, values, NpgsqlDbType.Array | NpgsqlDbType.Varchar);

    public static NpgsqlBatchCommand Texts(this NpgsqlBatchCommand command, string[] values) =>
        Add(command, values, NpgsqlDbType.Array | NpgsqlDbType.Text);

    public static NpgsqlBatchCommand Jsons(this NpgsqlBatchCommand command, string?[] values) =>
        Add(command, values, NpgsqlDbType.Array | NpgsqlDbType.Jsonb);

    public static NpgsqlBatchCommand Times(this NpgsqlBatchCommand command, DateTime[] values) =>
        Add(command, values, NpgsqlDbType.Array | NpgsqlDbType.TimestampTz);

    public static NpgsqlBatchCommand Integers(this NpgsqlBatchCommand command, int[] values) =>
        Add(command, values, NpgsqlDbType.Array | NpgsqlDbType.Integer);

    public static NpgsqlBatchCommand Smallints(this NpgsqlBatchCommand command, short[] values) =>
        Add(command, values, NpgsqlDbType.Array | NpgsqlDbType.Smallint);

    public static NpgsqlBatchCommand Bigints(this NpgsqlBatchCommand command, long[] values) =>
        Add(command, values, NpgsqlDbType.Array | NpgsqlDbType.Bigint);

    public static NpgsqlBatchCommand Time(this NpgsqlBatchCommand command, DateTime value) =>
        Add(command, value, NpgsqlDbType.TimestampTz);

    public static NpgsqlBatchCommand Varchar(this NpgsqlBatchCommand command, string value) =>
        Add(command, value, NpgsqlDbType.Varchar);

    private static NpgsqlBatchCommand Add<T>(NpgsqlBatchCommand command, T value, NpgsqlDbType type)
    {
        command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value, NpgsqlDbType = type });
        return command;
    }
}
