// One thing: the statements of a commit, each beside the arrays it takes.
using Npgsql;
using NpgsqlTypes;

namespace Aurora.LocalRuntime.Durable.Storage.Postgres;

/// <summary>
/// One statement of a commit: constant SQL, and how the batch's commits become its arrays. A batch carries only the statements that have
/// something to do.
/// </summary>
internal sealed class CommitStatement(string sql, NpgsqlDbType[] types, Func<IReadOnlyList<InstanceCommit>, object[]?> read)
{
    private const NpgsqlDbType Text = NpgsqlDbType.Array | NpgsqlDbType.Text;
    private const NpgsqlDbType Bytes = NpgsqlDbType.Array | NpgsqlDbType.Bytea;
    private const NpgsqlDbType Long = NpgsqlDbType.Array | NpgsqlDbType.Bigint;
    private const NpgsqlDbType Int = NpgsqlDbType.Array | NpgsqlDbType.Integer;
    private const NpgsqlDbType Short = NpgsqlDbType.Array | NpgsqlDbType.Smallint;
    private const NpgsqlDbType Flag = NpgsqlDbType.Array | NpgsqlDbType.Boolean;
    private const NpgsqlDbType Time = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz;

    /// <summary>In the order in which they run.</summary>
    public static readonly CommitStatement[] All =
    [
        new(
            """
            INSERT INTO aurora_local.instances
                (hub, id, execution, status, has_work, turns, created_at, updated_at, name, parent_id, details, input, output, custom_status, failure, first_turn)
            SELECT $1, u.id, u.execution, u.status, u.has_work, 1, u.created_at, u.updated_at, u.name, u.parent_id, u.details, u.input, u.output, u.custom_status, u.failure, u.turn
            FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
                AS u (id, execution, status, has_work, created_at, updated_at, name, parent_id, details, input, output, custom_status, failure, turn)
            """,
            [Text, Long, Short, Flag, Time, Time, Text, Text, Bytes, Text, Text, Text, Bytes, Bytes],
            static batch => Rows(batch, CommitKind.Create)),
        new(
            """
            INSERT INTO aurora_local.instances AS i
                (hub, id, execution, status, has_work, turns, created_at, updated_at, name, parent_id, details, input, output, custom_status, failure, first_turn)
            SELECT $1, u.id, u.execution, u.status, u.has_work, 1, u.created_at, u.updated_at, u.name, u.parent_id, u.details, u.input, u.output, u.custom_status, u.failure, u.turn
            FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
                AS u (id, execution, status, has_work, created_at, updated_at, name, parent_id, details, input, output, custom_status, failure, turn)
            ON CONFLICT (id, hub) DO UPDATE
            SET execution = excluded.execution, status = excluded.status, has_work = excluded.has_work, turns = 1, created_at = excluded.created_at,
                updated_at = excluded.updated_at, name = excluded.name, parent_id = excluded.parent_id, details = excluded.details, input = excluded.input,
                output = excluded.output, custom_status = excluded.custom_status, failure = excluded.failure, first_turn = excluded.first_turn, last_turn = NULL
            """,
            [Text, Long, Short, Flag, Time, Time, Text, Text, Bytes, Text, Text, Text, Bytes, Bytes],
            static batch => Rows(batch, CommitKind.Replace)),
        new(
            "DELETE FROM aurora_local.turns WHERE $1 > 0 AND execution = ANY ($2)",
            [Long],
            static batch => Column(batch, static commit => commit.Kind == CommitKind.Replace, static commit => commit.ReplacedExecution)),
        new(
            "DELETE FROM aurora_local.timers WHERE $1 > 0 AND execution = ANY ($2)",
            [Long],
            static batch => Column(
                batch,
                static commit => commit.TimerChange == TimerChange.Clear || commit.Kind == CommitKind.Replace,
                static commit => commit.Kind == CommitKind.Replace ? commit.ReplacedExecution : commit.Execution)),
        new(
            // Each row is found by its own look-up and joined by its place: a join by id is planned before the table has statistics, and such a
            // plan scans the table at every commit.
            """
            UPDATE aurora_local.instances i
            SET status = s.status, updated_at = s.at, turns = s.turns, output = s.output, custom_status = s.custom_status, failure = s.failure, last_turn = s.last_turn
            FROM (
                SELECT u.*, (SELECT f.ctid FROM aurora_local.instances f WHERE f.hub = $1 AND f.id = u.id AND f.execution = u.execution) AS place
                FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10) AS u (id, execution, status, at, turns, output, custom_status, failure, last_turn)
            ) s
            WHERE i.ctid = s.place
            """,
            [Text, Long, Short, Time, Int, Text, Text, Bytes, Bytes],
            Updates),
        new(
            "INSERT INTO aurora_local.turns (execution, turn, has_work, body) SELECT u.* FROM unnest($2, $3, $4, $5) AS u WHERE $1 > 0",
            [Long, Int, Flag, Bytes],
            Turns),
        new(
            "INSERT INTO aurora_local.inbox (hub, id, target, body) SELECT $1, u.* FROM unnest($2, $3, $4) AS u",
            [Long, Text, Bytes],
            Sends),
        new(
            "DELETE FROM aurora_local.inbox WHERE $1 > 0 AND id = ANY ($2)",
            [Long],
            static batch => batch.Any(static commit => commit.Received.Count > 0) ? [batch.SelectMany(static commit => commit.Received).ToArray()] : null),
        new(
            """
            INSERT INTO aurora_local.timers (hub, execution, id, due) SELECT $1, u.* FROM unnest($2, $3, $4) AS u
            ON CONFLICT (execution) DO UPDATE SET due = excluded.due
            """,
            [Long, Text, Time],
            Timers),
    ];

    /// <summary>Whether the final turn of a finished instance goes into its row instead of a row of its own.</summary>
    private static bool IsLastTurn(InstanceCommit commit) => commit is { Kind: CommitKind.Advance, Row.IsFinished: true };

    /// <summary>The arrays for this batch, or null when the statement has nothing to do.</summary>
    public object[]? Read(IReadOnlyList<InstanceCommit> batch) => read(batch);

    public NpgsqlBatchCommand CreateCommand()
    {
#pragma warning disable CA2100 // The text is one of the constants above.
        var command = new NpgsqlBatchCommand(sql);
#pragma warning restore CA2100
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Integer });
        foreach (var type in types)
        {
            command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = type });
        }

        return command;
    }

    private static object[]? Column<T>(IReadOnlyList<InstanceCommit> batch, Func<InstanceCommit, bool> where, Func<InstanceCommit, T> select)
    {
        T[] values = [.. batch.Where(where).Select(select)];
        return values.Length == 0 ? null : [values];
    }

    private static object[]? Rows(IReadOnlyList<InstanceCommit> batch, CommitKind kind)
    {
        InstanceCommit[] rows = [.. batch.Where(commit => commit.Kind == kind)];
        return rows.Length == 0 ? null :
        [
            Array.ConvertAll(rows, static row => row.InstanceId),
            Array.ConvertAll(rows, static row => row.Execution),
            Array.ConvertAll(rows, static row => (short)row.Row!.Status),
            Array.ConvertAll(rows, static row => row.HasWork),
            Array.ConvertAll(rows, static row => row.Row!.Info.CreatedAt),
            Array.ConvertAll(rows, static row => row.Row!.UpdatedAt),
            Array.ConvertAll(rows, static row => row.Row!.Info.Name),
            Array.ConvertAll(rows, static row => row.Row!.Info.Parent?.InstanceId),
            Array.ConvertAll(rows, static row => InstanceDetails.Encode(row.Row!.Info)),
            Array.ConvertAll(rows, static row => Storable(row.Row!.Info.Input)),
            Array.ConvertAll(rows, static row => Storable(row.Row!.Output)),
            Array.ConvertAll(rows, static row => Storable(row.Row!.CustomStatus)),
            Array.ConvertAll(rows, static row => History.HistoryCodec.Encode(row.Row!.Failure)),
            Array.ConvertAll(rows, static row => row.Turn!),
        ];
    }

    private static object[]? Updates(IReadOnlyList<InstanceCommit> batch)
    {
        InstanceCommit[] rows = [.. batch.Where(static commit => commit is { Kind: CommitKind.Advance, Row: not null })];
        return rows.Length == 0 ? null :
        [
            Array.ConvertAll(rows, static row => row.InstanceId),
            Array.ConvertAll(rows, static row => row.Execution),
            Array.ConvertAll(rows, static row => (short)row.Row!.Status),
            Array.ConvertAll(rows, static row => row.Row!.UpdatedAt),
            Array.ConvertAll(rows, static row => row.TurnNumber + 1),
            Array.ConvertAll(rows, static row => Storable(row.Row!.Output)),
            Array.ConvertAll(rows, static row => Storable(row.Row!.CustomStatus)),
            Array.ConvertAll(rows, static row => History.HistoryCodec.Encode(row.Row!.Failure)),
            Array.ConvertAll(rows, static row => IsLastTurn(row) ? row.Turn : null),
        ];
    }

    private static object[]? Turns(IReadOnlyList<InstanceCommit> batch)
    {
        InstanceCommit[] rows = [.. batch.Where(static commit => commit.Kind == CommitKind.Advance && !IsLastTurn(commit))];
        return rows.Length == 0 ? null :
        [
            Array.ConvertAll(rows, static row => row.Execution),
            Array.ConvertAll(rows, static row => row.TurnNumber),
            Array.ConvertAll(rows, static row => row.HasWork),
            Array.ConvertAll(rows, static row => row.Turn!),
        ];
    }

    private static object[]? Sends(IReadOnlyList<InstanceCommit> batch)
    {
        InboxRow[] rows = [.. batch.SelectMany(static commit => commit.Sends)];
        return rows.Length == 0 ? null :
        [
            Array.ConvertAll(rows, static row => row.Id),
            Array.ConvertAll(rows, static row => row.Target),
            Array.ConvertAll(rows, static row => row.Body),
        ];
    }

    private static object[]? Timers(IReadOnlyList<InstanceCommit> batch)
    {
        InstanceCommit[] rows = [.. batch.Where(static commit => commit.TimerChange == TimerChange.Set)];
        return rows.Length == 0 ? null :
        [
            Array.ConvertAll(rows, static row => row.Execution),
            Array.ConvertAll(rows, static row => row.InstanceId),
            Array.ConvertAll(rows, static row => row.TimerDue),
        ];
    }

    /// <summary>A text column takes no NUL; JSON never has one, a plain failure message may.</summary>
    private static string? Storable(string? text) => text?.Contains('\0', StringComparison.Ordinal) == true ? text.Replace('\0', '\uFFFD') : text;
}
