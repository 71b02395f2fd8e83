using Microsoft.Extensions.Options;

namespace Aurora.Functions.Platform.Postgres;

/// <summary>How the app reaches its database. Bound to <c>Platform:Postgres</c>.</summary>
internal sealed class PostgresOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Platform:Postgres";

    /// <summary>
    /// The database, in Npgsql's form. Comes from <c>ConnectionStrings:Aurora</c>, else from <c>DATABASE_URL</c>; a
    /// <c>postgres://</c> address in either of them is translated. No default: without it the app refuses to start.
    /// </summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>Connections kept at most, unless the connection string says it. Default 24.</summary>
    public int MaxPoolSize { get; set; } = 24;

    /// <summary>Statements each connection keeps prepared, unless the connection string says it. Default 128.</summary>
    public int MaxAutoPrepare { get; set; } = 128;

    /// <summary>How long one statement may run, unless the connection string says it. Default 30 s.</summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long start-up waits for a database that does not answer yet. Default 10 s.</summary>
    public TimeSpan StartupTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Why the connection string was refused; set by the binding, reported by the validator.</summary>
    internal string? ConnectionStringError { get; set; }
}

/// <summary>Turns a missing or unusable connection string into one sentence an operator can act on.</summary>
internal sealed class PostgresOptionsValidator : IValidateOptions<PostgresOptions>
{
    public ValidateOptionsResult Validate(string? name, PostgresOptions options)
    {
        if (options.ConnectionStringError is { } error)
        {
            return ValidateOptionsResult.Fail(error);
        }

        if (options.ConnectionString.Length == 0)
        {
            return ValidateOptionsResult.Fail(
                "No database is configured. Set ConnectionStrings__Aurora (or DATABASE_URL) to a PostgreSQL database, "
                + "for example Host=127.0.0.1;Username=aurora;Password=...;Database=aurora.");
        }

        var problems = new SettingProblems($"{PostgresOptions.SectionName}: ");
        problems.Require(options.MaxPoolSize is >= 4 and <= 1000, "MaxPoolSize must be from 4 to 1000.");
        problems.Require(options.MaxAutoPrepare is >= 0 and <= 1000, "MaxAutoPrepare must be from 0 to 1000.");
        problems.Require(options.CommandTimeout >= TimeSpan.FromSeconds(1), "CommandTimeout must be at least one second.");
        problems.Require(options.StartupTimeout >= TimeSpan.Zero, "StartupTimeout must not be negative.");
        return problems.Result;
    }
}
