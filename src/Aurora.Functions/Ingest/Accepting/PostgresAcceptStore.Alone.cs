// One thing: the same promise as the batch, for one row whose batch the database refused; each step can fail on its own here.
using System.Data;
using Aurora.Functions.Platform.Postgres;
using Npgsql;
using static Aurora.Functions.Platform.Postgres.SqlStatement;

namespace Aurora.Functions.Ingest.Accepting;

internal sealed partial class PostgresAcceptStore
{
    private const string BeforeContact = "before_contact";
    private const int ContactAttempts = 2;

    private const string InsertEventSql =
        """
        INSERT INTO crm_ingest_events (id, source, sender_id, content, metadata, contact_id, status, created_at)
        SELECT e.id::text, e.source, e.sender_id, e.content, e.metadata, NULL, 'RECEIVED', $6
        FROM unnest($1::uuid[], $2::varchar[], $3::varchar[], $4::text[], $5::jsonb[])
            AS e(id, source, sender_id, content, metadata)
        """;

    private const string CanonicalSql =
        "SELECT canonical_id FROM channel_identities WHERE tenant_id = $1 AND family = $2 AND alias = $3";

    private const string FindContactSql =
        """
        SELECT CASE $3::smallint
                   WHEN 0 THEN (SELECT c.id FROM crm_contacts c WHERE c.whatsapp_id = $2)
                   WHEN 1 THEN (SELECT c.id FROM crm_contacts c WHERE c.email = $2)
                   ELSE (SELECT e.contact_id FROM crm_ingest_events e
                         WHERE e.source = $1 AND e.sender_id = $2 AND e.status = 'LINKED'
                         ORDER BY e.created_at, e.id LIMIT 1)
               END
        """;

    private const string InsertContactSql =
        """
        INSERT INTO crm_contacts (id, whatsapp_id, email, ai_memory, created_at)
        VALUES ($1, CASE $3::smallint WHEN 0 THEN $2 END, CASE $3::smallint WHEN 1 THEN $2 END, '{}', $4)
        ON CONFLICT DO NOTHING
        RETURNING id
        """;

    private const string LinkEventSql =
        "UPDATE crm_ingest_events SET contact_id = $2, sender_id = $3, status = 'LINKED' WHERE id = $1";

    private const string MarkErrorSql = "UPDATE crm_ingest_events SET status = 'ERROR' WHERE id = $1";

    private const string ReleaseKeySql =
        "DELETE FROM ingest_inbox WHERE tenant_id = $1 AND channel = $2 AND event_id = $3 AND id = $4";

    private const string EmitSql =
        """
        WITH emit_input AS (
            SELECT $2::varchar AS id, 'INGEST_RECEIVED'::varchar AS event_type,
                   jsonb_build_object(
                       'ingest_event_id', e.id, 'contact_id', e.contact_id, 'raw_content', e.content, 'source', e.source,
                       'metadata', e.metadata, 'sender_id', e.sender_id, 'content_len', $3::integer) AS payload,
                   $4::varchar AS trace_id, ($5::varchar || e.sender_id)::varchar AS partition_key,
                   $6::smallint AS lane, e.created_at, 1 AS ordinal
            FROM crm_ingest_events e
            WHERE e.id = $1
        )
        """ + Outbox.OutboxEmitSql.Ctes +
        """

        SELECT id FROM emitted
        """;

    /// <summary>Whether the statement was refused for what the rows hold: not by a conflict, nor because the database is away.</summary>
    private static bool IsRowsOwnFault(PostgresException e) =>
        !PostgresFailures.IsConflict(e) && !PostgresFailures.IsUnavailable(e);

    /// <summary>Content that passed validation and that PostgreSQL cannot hold all the same.</summary>
    private static bool IsContentRefused(PostgresException e) => e.SqlState
        is PostgresErrorCodes.NumericValueOutOfRange
        or PostgresErrorCodes.InvalidTextRepresentation
        or PostgresErrorCodes.UntranslatableCharacter
        or PostgresErrorCodes.CharacterNotInRepertoire
        or PostgresErrorCodes.ProgramLimitExceeded
        or PostgresErrorCodes.StatementTooComplex;

    private async Task<AcceptOutcome> WriteAloneAsync(AcceptRow row, CancellationToken cancellation)
    {
        try
        {
            await using var connection = await database.OpenConnectionAsync(cancellation);
            await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellation);
            var outcome = await WriteStepsAsync(connection, transaction, row, cancellation);
            await transaction.CommitAsync(cancellation);
            return outcome;
        }
        catch (PostgresException e) when (IsRowsOwnFault(e))
        {
            return new AcceptOutcome(IsContentRefused(e) ? AcceptResult.Refused : AcceptResult.Failed) { Fault = e };
        }
    }

    private static async Task<AcceptOutcome> WriteStepsAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, AcceptRow row, CancellationToken cancellation)
    {
        if (row.Inbox is { } entry && !await InsertKeyAsync(connection, row, cancellation))
        {
            var first = row.WantsStoredAnswer ? await FirstAnswerAsync(connection, entry, cancellation) : null;
            return new AcceptOutcome(AcceptResult.Duplicate, First: first);
        }

        if (row.Message is not { } message)
        {
            var stored = new[] { new AcceptOutcome(AcceptResult.Accepted) };
            await StoreInSinksAsync(connection, transaction, [row], stored, cancellation);
            return stored[0];
        }

        await InsertEventAsync(connection, row, message, cancellation);
        await transaction.SaveAsync(BeforeContact, cancellation);
        string sender, contact;
        try
        {
            sender = await SettleSenderAsync(connection, row, message, cancellation);
            contact = await FindOrCreateContactAsync(connection, row, message, sender, cancellation);
        }
        catch (Exception e) when (e is ContactMissingException || (e is PostgresException p && IsRowsOwnFault(p)))
        {
            // What was received stays as ERROR; the key goes, so that a redelivery is processed anew.
            await transaction.RollbackAsync(BeforeContact, cancellation);
            await ExecuteAsync(connection, MarkErrorSql, cancellation, message.EventId.ToString());
            if (row.Inbox is { } key)
            {
                await ExecuteAsync(
                    connection, ReleaseKeySql, cancellation, key.TenantId, key.Channel, key.EventId, key.RowId.ToString());
            }

            return new AcceptOutcome(AcceptResult.ContactFailed) { Fault = e };
        }

        await ExecuteAsync(connection, LinkEventSql, cancellation, message.EventId.ToString(), contact, sender);
        await ExecuteAsync(
            connection,
            EmitSql,
            cancellation,
            message.EventId.ToString(),
            message.OutboxId.ToString(),
            message.ContentLength,
            row.TraceId.ToString(),
            message.KeyPrefix,
            (short)message.Lane);
        return new AcceptOutcome(AcceptResult.Accepted, contact);
    }

    private static async Task<bool> InsertKeyAsync(NpgsqlConnection connection, AcceptRow row, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(InboxCommand([row]));
        return await batch.ExecuteScalarAsync(cancellation) is string;
    }

    private static async Task<StoredAnswer?> FirstAnswerAsync(
        NpgsqlConnection connection, InboxEntry entry, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(StoredAnswersCommand([entry]));
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? ReadStoredAnswer(reader) : null;
    }

    private static async Task InsertEventAsync(
        NpgsqlConnection connection, AcceptRow row, CrmMessage message, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(Of(
            InsertEventSql,
            Uuids([message.EventId]),
            Texts([message.Source]),
            Texts([message.SenderId]),
            LongTexts([message.Content]),
            Json([message.Metadata]),
            Instant(row.CreatedAt)));
        await batch.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<string> SettleSenderAsync(
        NpgsqlConnection connection, AcceptRow row, CrmMessage message, CancellationToken cancellation)
    {
        if (message.Aliases is not { } aliases)
        {
            return message.SenderId;
        }

        await using (var batch = new NpgsqlBatch(connection))
        {
            AddAliases(batch, [], [row]);
            await batch.ExecuteNonQueryAsync(cancellation);
        }

        return await ScalarAsync(
            connection, CanonicalSql, cancellation, aliases.TenantId, aliases.Family, aliases.Forms[0]) ?? message.SenderId;
    }

    private static async Task<string> FindOrCreateContactAsync(
        NpgsqlConnection connection, AcceptRow row, CrmMessage message, string sender, CancellationToken cancellation)
    {
        var kind = (short)message.Identity;
        if (message.Identity == ContactIdentity.Events)
        {
            await using var batch = new NpgsqlBatch(connection);
            batch.BatchCommands.Add(
                Of(AcceptSql.Lock, BigIntegers([ContactIdentityRules.LockFor(message.Source, sender)])));
            await batch.ExecuteNonQueryAsync(cancellation);
        }

        // Two statements, each with a snapshot of its own: in one, the winner of a race would be seen by neither half.
        for (var attempt = 0; attempt < ContactAttempts; attempt++)
        {
            var contact = await ScalarAsync(connection, FindContactSql, cancellation, message.Source, sender, kind)
                ?? await ScalarAsync(
                    connection,
                    InsertContactSql,
                    cancellation,
                    message.NewContactId.ToString(),
                    sender,
                    kind,
                    row.CreatedAt.UtcDateTime);
            if (contact is not null)
            {
                return contact;
            }
        }

        return await ScalarAsync(connection, FindContactSql, cancellation, message.Source, sender, kind)
            ?? throw new ContactMissingException();
    }

    private static async Task<string?> ScalarAsync(
        NpgsqlConnection connection, string sql, CancellationToken cancellation, params object[] values)
    {
        await using var command = Command(connection, sql, values);
        return await command.ExecuteScalarAsync(cancellation) as string;
    }

    private static async Task ExecuteAsync(
        NpgsqlConnection connection, string sql, CancellationToken cancellation, params object[] values)
    {
        await using var command = Command(connection, sql, values);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, object[] values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.AddWithValue(value);
        }

        return command;
    }

    /// <summary>A contact conflicted and was gone each time it was looked for.</summary>
    private sealed class ContactMissingException() : Exception("The contact vanished while it was being resolved.");
}
