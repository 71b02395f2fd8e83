using System.Diagnostics;
using Aurora.Functions.Platform.Telemetry;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aurora.Functions.Platform.Postgres;

/// <summary>An applied migration no longer matches its file: someone changed history, and a person has to decide.</summary>
internal sealed class MigrationChecksumException(string message) : Exception(message);

/// <summary>The schema is older than this build, and the role the app runs as may not change it.</summary>
internal sealed class MigrationNotAllowedException(string message, Exception inner) : Exception(message, inner);

/// <summary>
/// Brings the database to the schema this build needs. One process at a time (advisory lock); every migration commits
/// together with its row in <c>schema_migrations</c>, so a crash leaves whole steps only. A second run changes nothing.
/// Rows of versions this build does not know are left alone: a newer release may still be running.
/// </summary>
internal sealed class MigrationRunner(NpgsqlDataSource database, ILogger<MigrationRunner> logger)
{
    /// <summary>Held while migrating: "Aurora" in ASCII.</summary>
    internal const long AdvisoryLockKey = 0x4175_726F_7261;

    // Asked first: CREATE TABLE IF NOT EXISTS wants the right to create even when the table is there, and where roles are
    // separate (infra/roles.sql) the app has no such right.
    private const string HasTableSql = "select to_regclass('schema_migrations') is not null";

    private const string CreateTableSql = """
        create table schema_migrations (
            version integer primary key,
            name text not null,
            checksum text not null,
            applied_at timestamptz not null default clock_timestamp(),
            duration_ms integer not null)
        """;

    private const string AppliedSql = "select version, checksum from schema_migrations";

    private const string RecordSql =
        "insert into schema_migrations (version, name, checksum, duration_ms) values ($1, $2, $3, $4)";

    /// <summary>Applies what is missing and answers how many migrations that was.</summary>
    /// <exception cref="MigrationChecksumException">An applied migration was changed afterwards; nothing was applied.</exception>
    public Task<int> RunAsync(CancellationToken cancellation) => RunAsync(Migration.All, cancellation);

    internal async Task<int> RunAsync(IReadOnlyList<Migration> migrations, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await ExecuteAsync(connection, $"select pg_advisory_lock({AdvisoryLockKey})", cancellation);
        try
        {
            if (!await HasTableAsync(connection, cancellation))
            {
                await ExecuteAsync(connection, CreateTableSql, cancellation);
            }

            var applied = await ReadAppliedAsync(connection, cancellation);
            RefuseChangedHistory(migrations, applied);
            var count = 0;
            foreach (var migration in migrations.Where(m => !applied.ContainsKey(m.Version)))
            {
                await ApplyAllowedAsync(connection, migration, cancellation);
                count++;
            }

            PlatformLog.SchemaReady(logger, migrations.Count, count);
            return count;
        }
        finally
        {
            // The pool does not reset sessions, so the lock is given back by hand even when the caller has given up.
            if (connection.State == System.Data.ConnectionState.Open)
            {
                await ExecuteAsync(connection, $"select pg_advisory_unlock({AdvisoryLockKey})", CancellationToken.None);
            }
        }
    }

    private static void RefuseChangedHistory(IReadOnlyList<Migration> migrations, Dictionary<int, string> applied)
    {
        foreach (var migration in migrations)
        {
            if (applied.TryGetValue(migration.Version, out var checksum) && checksum != migration.Checksum)
            {
                throw new MigrationChecksumException(
                    $"Migration {migration.Version:D4}_{migration.Name} was applied with checksum {checksum[..12]} but this build "
                    + $"holds {migration.Checksum[..12]}. Released migrations never change: restore the file and add a new one.");
            }
        }
    }

    private static async Task<Dictionary<int, string>> ReadAppliedAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(AppliedSql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var applied = new Dictionary<int, string>();
        while (await reader.ReadAsync(cancellation))
        {
            applied.Add(reader.GetInt32(0), reader.GetString(1));
        }

        return applied;
    }

    private static async Task<bool> HasTableAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(HasTableSql, connection);
        return await command.ExecuteScalarAsync(cancellation) is true;
    }

    private async Task ApplyAllowedAsync(NpgsqlConnection connection, Migration migration, CancellationToken cancellation)
    {
        try
        {
            await ApplyAsync(connection, migration, cancellation);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new MigrationNotAllowedException(
                $"Migration {migration.Version:D4}_{migration.Name} is not applied and this database role may not apply it: "
                + "run infra/migrate.sh as the migration role first.",
                e);
        }
    }

    private async Task ApplyAsync(NpgsqlConnection connection, Migration migration, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        await using var transaction = await connection.BeginTransactionAsync(cancellation);

        // A migration may take as long as it takes; start-up is bounded by the operator, not by a statement time-out.
        await using (var script = new NpgsqlCommand(migration.Sql, connection, transaction) { CommandTimeout = 0 })
        {
            await script.ExecuteNonQueryAsync(cancellation);
        }

        var elapsed = (int)Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        await using (var record = new NpgsqlCommand(RecordSql, connection, transaction))
        {
            record.Parameters.Add(new NpgsqlParameter<int> { TypedValue = migration.Version });
            record.Parameters.Add(new NpgsqlParameter<string> { TypedValue = migration.Name });
            record.Parameters.Add(new NpgsqlParameter<string> { TypedValue = migration.Checksum });
            record.Parameters.Add(new NpgsqlParameter<int> { TypedValue = elapsed });
            await record.ExecuteNonQueryAsync(cancellation);
        }

        await transaction.CommitAsync(cancellation);
        PlatformLog.MigrationApplied(logger, migration.Version, migration.Name, elapsed);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        // Waiting for another process's migration is no statement that hangs.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
