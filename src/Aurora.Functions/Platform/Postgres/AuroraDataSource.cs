using Npgsql;

namespace Aurora.Functions.Platform.Postgres;

/// <summary>Builds the app's one pool. What the operator's connection string sets explicitly always wins.</summary>
internal static class AuroraDataSource
{
    public static NpgsqlDataSource Create(PostgresOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var builder = new NpgsqlDataSourceBuilder(options.ConnectionString);
        var settings = builder.ConnectionStringBuilder;
        Default("Maximum Pool Size", () => settings.MaxPoolSize = Math.Max(options.MaxPoolSize, settings.MinPoolSize));
        Default("Max Auto Prepare", () => settings.MaxAutoPrepare = options.MaxAutoPrepare);
        Default("Auto Prepare Min Usages", () => settings.AutoPrepareMinUsages = 2);
        Default("Command Timeout", () => settings.CommandTimeout = (int)options.CommandTimeout.TotalSeconds);
        Default("Application Name", () => settings.ApplicationName = "aurora");

        // The app leaves no session state behind: no SET outside a transaction, and session locks live on connections
        // that are never returned to the pool. So the reset that would run before every reuse is saved.
        Default("No Reset On Close", () => settings.NoResetOnClose = true);
        Default("Enlist", () => settings.Enlist = false);
        Default("Tcp Keepalive", () => settings.TcpKeepAlive = true);
        return builder.Build();

        void Default(string keyword, Action set)
        {
            if (!settings.ContainsKey(keyword) || !IsExplicit(options.ConnectionString, keyword))
            {
                set();
            }
        }
    }

    private static bool IsExplicit(string connectionString, string keyword)
    {
        // The typed builder reports every keyword as present; the untyped one holds only what was written.
        var written = new System.Data.Common.DbConnectionStringBuilder { ConnectionString = connectionString };
        var wanted = Normalise(keyword);
        return written.Keys.Cast<string>().Any(key => Normalise(key) == wanted || (wanted == "MAXIMUMPOOLSIZE" && Normalise(key) == "MAXPOOLSIZE"));
    }

    private static string Normalise(string keyword) => keyword.Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant();
}
