using Aurora.Functions.Outbox.Marking;
using Aurora.Functions.Platform.Postgres;
using Npgsql;
using static Aurora.Functions.Platform.Postgres.SqlStatement;

namespace Aurora.Functions.Outbox.Storing;

/// <content>Finishing claims: COMPLETED or FAILED, and the key's next head, in one commit.</content>
internal sealed partial class PostgresOutboxStore
{
    internal const string CompleteSql =
        """
        WITH complete_input(id, attempts, processed_at, ordinal) AS (
            SELECT i.id, i.attempts, $3::timestamptz, i.ordinal
            FROM unnest($1::varchar[], $2::integer[]) WITH ORDINALITY AS i(id, attempts, ordinal)
        )
        """ + OutboxAdvanceSql.CompleteCtes +
        """

        SELECT c.ordinal, NULL::smallint FROM completed c UNION ALL SELECT a.ordinal, a.state FROM advanced a
        """;

    internal const string FailSql =
        """
        WITH fail_input(id, attempts, reason, next_retry_at, is_dead, ordinal) AS (
            SELECT * FROM unnest($1::varchar[], $2::integer[], $3::text[], $4::timestamptz[], $5::boolean[]) WITH ORDINALITY
        ), failed AS (
            UPDATE crm_event_outbox o
            SET status = 'FAILED', last_error = i.reason, next_retry_at = i.next_retry_at,
                dead_at = CASE WHEN i.is_dead THEN $6::timestamptz END, locked_by = NULL, locked_until = NULL
            FROM fail_input i
            WHERE o.id = i.id AND o.status || '' = 'PROCESSING' AND o.attempts = i.attempts
            RETURNING o.id, o.partition_key, o.next_retry_at, o.dead_at, i.ordinal
        ), held AS (
            UPDATE outbox_keys k SET state = 2, due_at = f.next_retry_at
            FROM failed f
            WHERE f.dead_at IS NULL AND k.partition_key = f.partition_key AND k.head_id = f.id AND k.next_from IS NULL
        ), finished AS (
            SELECT f.id, f.partition_key, $6::timestamptz AS at, f.ordinal,
                   CASE WHEN f.dead_at IS NULL THEN 1 ELSE 0 END AS stays
            FROM failed f
            JOIN outbox_keys k ON k.partition_key = f.partition_key AND k.head_id = f.id
            WHERE f.dead_at IS NOT NULL OR k.next_from IS NOT NULL
        )
        """ + OutboxAdvanceSql.AdvanceCtes +
        """

        SELECT f.ordinal, NULL::smallint FROM failed f UNION ALL SELECT a.ordinal, a.state FROM advanced a
        """;

    /// <inheritdoc />
    public async Task<IReadOnlyList<OutboxMark>> CompleteAsync(
        IReadOnlyList<OutboxClaim> claims, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var batch = database.CreateBatch();
        var ids = claims.Select(static c => c.Id.Value).ToArray();
        batch.BatchCommands.Add(SqlStatement.Of(OutboxAdvanceSql.PinPlans));
        batch.BatchCommands.Add(SqlStatement.Of(OutboxAdvanceSql.LockKeys, Texts(ids)));
        batch.BatchCommands.Add(SqlStatement.Of(
            CompleteSql, Texts(ids), Integers([.. claims.Select(static c => c.Attempt)]), Instant(now)));
        return await MarkAsync(batch, claims, cancellation);
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<OutboxMark>> FailAsync(
        IReadOnlyList<OutboxFailure> failures, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var batch = database.CreateBatch();
        var ids = failures.Select(static f => f.Claim.Id.Value).ToArray();
        batch.BatchCommands.Add(SqlStatement.Of(OutboxAdvanceSql.PinPlans));
        batch.BatchCommands.Add(SqlStatement.Of(OutboxAdvanceSql.LockKeys, Texts(ids)));
        batch.BatchCommands.Add(SqlStatement.Of(
            FailSql,
            Texts(ids),
            Integers([.. failures.Select(static f => f.Claim.Attempt)]),
            Texts([.. failures.Select(static f => FailureText.Clean(f.Reason))]),
            Instants([.. failures.Select(static f => f.NextRetryAt)]),
            Booleans([.. failures.Select(static f => f.IsDead)]),
            Instant(now)));
        return await MarkAsync(batch, [.. failures.Select(static f => f.Claim)], cancellation);
    }

    private static async Task<IReadOnlyList<OutboxMark>> MarkAsync(
        NpgsqlBatch batch, IReadOnlyList<OutboxClaim> claims, CancellationToken cancellation)
    {
        var marks = new OutboxMark[claims.Count];
        Array.Fill(marks, new OutboxMark(IsStale: true, HasNext: false));
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.NextResultAsync(cancellation);
        await reader.NextResultAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            ref var mark = ref marks[reader.GetInt64(0) - 1];
            mark = new OutboxMark(false, mark.HasNext || (!reader.IsDBNull(1) && reader.GetInt16(1) == (short)OutboxKeyState.Ready));
        }

        return marks;
    }
}
