// One thing: the batch that accepts what concurrent callers brought, from its statements to the outcome of each row.
using Npgsql;
using static Aurora.Functions.Platform.Postgres.SqlStatement;

namespace Aurora.Functions.Ingest.Accepting;

/// <summary>
/// Accepts rows. A shared batch is one transaction in one round trip: all of it is committed or nothing. A row alone that the
/// database refuses is run again in the order of the requirement, step by step, so that its own failure is recorded.
/// </summary>
internal sealed partial class PostgresAcceptStore(NpgsqlDataSource database)
{
    /// <summary>
    /// Writes requests in one transaction and answers the outcomes of their rows. More than one request that fails throws:
    /// the writer runs them again one by one. A lone one fails only when the database is away or a conflict was lost.
    /// </summary>
    public async Task<IReadOnlyList<AcceptOutcome[]>> WriteAsync(
        IReadOnlyList<AcceptRow[]> requests, CancellationToken cancellation)
    {
        var rows = requests.Count == 1 ? requests[0] : [.. requests.SelectMany(r => r)];
        AcceptOutcome[] outcomes;
        try
        {
            outcomes = await WriteTogetherAsync(rows, cancellation);
        }
        catch (PostgresException e) when (requests.Count == 1 && IsRowsOwnFault(e))
        {
            outcomes = new AcceptOutcome[rows.Length];
            for (var i = 0; i < rows.Length; i++)
            {
                outcomes[i] = await WriteAloneAsync(rows[i], cancellation);
            }
        }

        var split = new AcceptOutcome[requests.Count][];
        var start = 0;
        for (var i = 0; i < split.Length; i++)
        {
            split[i] = outcomes[start..(start + requests[i].Length)];
            start += requests[i].Length;
        }

        return split;
    }

    private async Task<AcceptOutcome[]> WriteTogetherAsync(AcceptRow[] rows, CancellationToken cancellation)
    {
        var outcomes = new AcceptOutcome[rows.Length];
        await using var connection = await database.OpenConnectionAsync(cancellation);
        if (Array.TrueForAll(rows, r => r.Sink is null))
        {
            // No explicit transaction: the statements between two Syncs are one, which saves the two round trips of its ends.
            await RunAsync(connection, rows, outcomes, cancellation);
            return outcomes;
        }

        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await RunAsync(connection, rows, outcomes, cancellation);
        await StoreInSinksAsync(connection, transaction, rows, outcomes, cancellation);
        await transaction.CommitAsync(cancellation);
        return outcomes;
    }

    private static async Task RunAsync(
        NpgsqlConnection connection, AcceptRow[] rows, AcceptOutcome[] outcomes, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        var readers = new List<Func<NpgsqlDataReader, CancellationToken, Task>>();
        AddLocks(batch, readers, rows);
        AddInbox(batch, readers, rows, outcomes);
        AddAliases(batch, readers, rows);
        AddMessages(batch, readers, rows, outcomes);
        AddStoredAnswers(batch, readers, rows, outcomes);

        // Statements without rows to answer (settling aliases, inserting contacts) are no results: the reader passes over them.
        // Going past the last result waits for the commit.
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        foreach (var read in readers)
        {
            await read(reader, cancellation);
            await reader.NextResultAsync(cancellation);
        }
    }

    private static void AddLocks(
        NpgsqlBatch batch, List<Func<NpgsqlDataReader, CancellationToken, Task>> readers, AcceptRow[] rows)
    {
        var keys = rows
            .Where(r => r.Message is { Identity: ContactIdentity.Events })
            .Select(r => ContactIdentityRules.LockFor(r.Message!.Source, r.Message.SenderId))
            .Distinct()
            .Order()
            .ToArray();
        if (keys.Length > 0)
        {
            batch.BatchCommands.Add(Of(AcceptSql.Lock, BigIntegers(keys)));
            readers.Add(SkipAsync);
        }
    }

    private static void AddInbox(
        NpgsqlBatch batch,
        List<Func<NpgsqlDataReader, CancellationToken, Task>> readers,
        AcceptRow[] rows,
        AcceptOutcome[] outcomes)
    {
        var keyed = Array.FindAll(rows, r => r.Inbox is not null);
        if (keyed.Length == 0)
        {
            return;
        }

        batch.BatchCommands.Add(InboxCommand(keyed));
        readers.Add(async (reader, cancellation) =>
        {
            var added = new HashSet<string>(StringComparer.Ordinal);
            while (await reader.ReadAsync(cancellation))
            {
                added.Add(reader.GetString(0));
            }

            for (var i = 0; i < rows.Length; i++)
            {
                if (rows[i].Inbox is { } entry)
                {
                    var isNew = added.Contains(entry.RowId.ToString());
                    outcomes[i] = new AcceptOutcome(isNew ? AcceptResult.Accepted : AcceptResult.Duplicate);
                }
            }
        });
    }

    private static NpgsqlBatchCommand InboxCommand(AcceptRow[] keyed) => Of(
        AcceptSql.Inbox,
        Uuids(Array.ConvertAll(keyed, r => r.Inbox!.RowId)),
        Texts(Array.ConvertAll(keyed, r => r.Inbox!.TenantId)),
        Texts(Array.ConvertAll(keyed, r => r.Inbox!.Channel)),
        Texts(Array.ConvertAll(keyed, r => r.Inbox!.EventId)),
        Texts(Array.ConvertAll(keyed, r => r.Inbox!.AccountId)),
        Texts(Array.ConvertAll(keyed, r => r.Inbox!.Kind)),
        Uuids(Array.ConvertAll(keyed, r => r.TraceId)),
        Uuids(Array.ConvertAll(keyed, r => r.Message?.EventId)),
        Json(Array.ConvertAll(keyed, r => r.Inbox!.Detail)),
        Instants(Array.ConvertAll(keyed, r => r.CreatedAt)));

    private static void AddAliases(
        NpgsqlBatch batch, List<Func<NpgsqlDataReader, CancellationToken, Task>> readers, AcceptRow[] rows)
    {
        var senders = rows.Where(r => r.Message?.Aliases is not null).Select(r => r.Message!.Aliases!).ToArray();
        if (senders.Length == 0)
        {
            return;
        }

        var people = new AliasComponents(senders);
        batch.BatchCommands.Add(Of(
            AcceptSql.LockAliases,
            Texts(people.Tenants), Texts(people.Families), Texts(people.Aliases),
            Integers(people.Components), BigIntegers(people.Keys)));
        readers.Add(SkipAsync);
        batch.BatchCommands.Add(Of(
            AcceptSql.SettleAliases,
            Texts(people.Tenants), Texts(people.Families), Texts(people.Aliases),
            Integers(people.Components), Texts(people.Proposed), Instant(rows[0].CreatedAt)));
    }

    private static void AddMessages(
        NpgsqlBatch batch,
        List<Func<NpgsqlDataReader, CancellationToken, Task>> readers,
        AcceptRow[] rows,
        AcceptOutcome[] outcomes)
    {
        var places = Enumerable.Range(0, rows.Length).Where(i => rows[i].Message is not null).ToArray();
        if (places.Length == 0)
        {
            return;
        }

        var crm = Array.ConvertAll(places, i => rows[i]);
        var contacts = NewContacts(crm);
        var isKeyed = Array.Exists(crm, r => r.Inbox is not null || r.Message!.Aliases is not null);
        batch.BatchCommands.Add(ContactsCommand(crm, contacts, isKeyed));
        batch.BatchCommands.Add(EventsCommand(crm, contacts, isKeyed));
        readers.Add(async (reader, cancellation) =>
        {
            while (await reader.ReadAsync(cancellation))
            {
                outcomes[places[reader.GetInt32(0) - 1]] = new AcceptOutcome(AcceptResult.Accepted, reader.GetString(1));
            }
        });
    }

    /// <summary>One new id per sender without an identity column: its rows cannot find one another through a column.</summary>
    private static Guid[] NewContacts(AcceptRow[] crm)
    {
        var bySender = new Dictionary<(string Source, string Sender), Guid>();
        return Array.ConvertAll(crm, row =>
        {
            var message = row.Message!;
            if (message.Identity != ContactIdentity.Events)
            {
                return message.NewContactId;
            }

            if (!bySender.TryGetValue((message.Source, message.SenderId), out var contact))
            {
                bySender[(message.Source, message.SenderId)] = contact = message.NewContactId;
            }

            return contact;
        });
    }

    private static NpgsqlBatchCommand ContactsCommand(AcceptRow[] crm, Guid[] contacts, bool isKeyed)
    {
        var command = Of(
            isKeyed ? AcceptSql.ContactsOfKeyed : AcceptSql.Contacts,
            Uuids(contacts),
            Instants(Array.ConvertAll(crm, r => r.CreatedAt)),
            Texts(Array.ConvertAll(crm, r => r.Message!.Source)),
            Texts(Array.ConvertAll(crm, r => r.Message!.SenderId)),
            SmallIntegers(Array.ConvertAll(crm, r => (short)r.Message!.Identity)));
        return isKeyed ? Keyed(command, crm) : command;
    }

    private static NpgsqlBatchCommand EventsCommand(AcceptRow[] crm, Guid[] contacts, bool isKeyed)
    {
        var command = Of(
            isKeyed ? AcceptSql.EventsOfKeyed : AcceptSql.Events,
            Uuids(Array.ConvertAll(crm, r => r.Message!.EventId)),
            Uuids(Array.ConvertAll(crm, r => r.Message!.OutboxId)),
            Uuids(Array.ConvertAll(crm, r => r.TraceId)),
            Uuids(contacts),
            Instants(Array.ConvertAll(crm, r => r.CreatedAt)),
            Texts(Array.ConvertAll(crm, r => r.Message!.Source)),
            Texts(Array.ConvertAll(crm, r => r.Message!.SenderId)),
            SmallIntegers(Array.ConvertAll(crm, r => (short)r.Message!.Identity)),
            LongTexts(Array.ConvertAll(crm, r => r.Message!.Content)),
            Integers(Array.ConvertAll(crm, r => r.Message!.ContentLength)),
            Json(Array.ConvertAll(crm, r => r.Message!.Metadata)),
            Texts(Array.ConvertAll(crm, r => r.Message!.KeyPrefix)),
            SmallIntegers(Array.ConvertAll(crm, r => (short)r.Message!.Lane)));
        return isKeyed ? Keyed(command, crm) : command;
    }

    private static NpgsqlBatchCommand Keyed(NpgsqlBatchCommand command, AcceptRow[] crm) => command.With(
        Uuids(Array.ConvertAll(crm, r => r.Inbox?.RowId)),
        Texts(Array.ConvertAll(crm, r => r.Inbox?.TenantId)),
        Texts(Array.ConvertAll(crm, r => r.Inbox?.Channel)),
        Texts(Array.ConvertAll(crm, r => r.Inbox?.EventId)),
        Texts(Array.ConvertAll(crm, r => r.Message!.Aliases?.TenantId)),
        Texts(Array.ConvertAll(crm, r => r.Message!.Aliases?.Family)),
        Texts(Array.ConvertAll(crm, r => r.Message!.Aliases?.Forms[0])));

    private static void AddStoredAnswers(
        NpgsqlBatch batch,
        List<Func<NpgsqlDataReader, CancellationToken, Task>> readers,
        AcceptRow[] rows,
        AcceptOutcome[] outcomes)
    {
        var places = Enumerable.Range(0, rows.Length).Where(i => rows[i].WantsStoredAnswer).ToArray();
        if (places.Length == 0)
        {
            return;
        }

        var entries = Array.ConvertAll(places, i => rows[i].Inbox!);
        batch.BatchCommands.Add(StoredAnswersCommand(entries));
        readers.Add(async (reader, cancellation) =>
        {
            while (await reader.ReadAsync(cancellation))
            {
                var place = places[reader.GetInt32(0) - 1];
                if (outcomes[place].Result == AcceptResult.Duplicate && ReadStoredAnswer(reader) is { } first)
                {
                    outcomes[place] = outcomes[place] with { First = first };
                }
            }
        });
    }

    private static NpgsqlBatchCommand StoredAnswersCommand(InboxEntry[] entries) => Of(
        AcceptSql.StoredAnswers,
        Texts(Array.ConvertAll(entries, e => e.TenantId)),
        Texts(Array.ConvertAll(entries, e => e.Channel)),
        Texts(Array.ConvertAll(entries, e => e.EventId)));

    private static StoredAnswer? ReadStoredAnswer(NpgsqlDataReader reader) =>
        reader.IsDBNull(3) || reader.IsDBNull(4) || reader.IsDBNull(5) || reader.IsDBNull(6)
            ? null
            : new StoredAnswer(
                Guid.Parse(reader.GetString(3)),
                reader.GetString(6),
                Guid.Parse(reader.GetString(2)),
                Guid.Parse(reader.GetString(4)),
                reader.GetString(5));

    private static Task SkipAsync(NpgsqlDataReader reader, CancellationToken cancellation) => Task.CompletedTask;
}
