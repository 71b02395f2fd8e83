using System.Globalization;

namespace Aurora.LocalRuntime.Postgres.Cluster;

/// <summary>The configuration of a private server: fast where it costs no durability (fsync stays on), reachable by loopback only.</summary>
internal static class ServerSettings
{
    /// <summary>The name of the file in the data directory that postgresql.conf includes.</summary>
    public const string FileName = "aurora.conf";

    /// <summary>The line that makes postgresql.conf include it.</summary>
    public const string IncludeLine = $"include_if_exists = '{FileName}'";

    /// <summary>
    /// lz4 for page images in the WAL where the server was built with it (PostgreSQL 15 and later): the default method took an
    /// eighth of a writing session's processor time. A setting of the role, because a server without it would not start.
    /// </summary>
    public const string CompressFasterSql =
        """
        do $$
        begin
            if exists (select from pg_settings where name = 'wal_compression' and 'lz4' = any (enumvals)) then
                alter role current_user set wal_compression = 'lz4';
            end if;
        end $$
        """;

    /// <summary>The file's content.</summary>
    public static string Text(int port, string? socketDirectory) => string.Create(CultureInfo.InvariantCulture, $"""
        # Written at every start; changes here do not stay.
        listen_addresses = '127.0.0.1'
        port = {port}
        unix_socket_directories = '{(socketDirectory ?? "").Replace("'", "''", StringComparison.Ordinal)}'
        max_connections = 400
        password_encryption = 'scram-sha-256'
        timezone = 'GMT'
        log_timezone = 'GMT'

        fsync = on
        synchronous_commit = on
        full_page_writes = on
        wal_compression = on
        wal_buffers = 16MB
        min_wal_size = 256MB
        max_wal_size = 2GB
        checkpoint_timeout = 15min
        checkpoint_completion_target = 0.9
        max_wal_senders = 0
        wal_level = minimal

        shared_buffers = 256MB
        effective_cache_size = 1GB
        work_mem = 8MB
        maintenance_work_mem = 128MB
        random_page_cost = 1.1
        jit = off
        max_parallel_workers_per_gather = 0

        autovacuum_naptime = 15s
        autovacuum_vacuum_cost_limit = 1000
        log_min_messages = warning
        log_min_error_statement = panic
        log_checkpoints = off

        """);
}
