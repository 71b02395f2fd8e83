using Aurora.LocalRuntime.Durable;
using Aurora.LocalRuntime.Durable.Engine;
using Aurora.TestKit.Postgres;
using Microsoft.Azure.Functions.Worker.Builder;

namespace Aurora.TestKit.Hosting;

/// <summary>How an <see cref="AuroraTestHost"/> differs from the app as it runs.</summary>
public sealed class AuroraTestHostOptions
{
    /// <summary>The database; a new one, dropped with the host, when not set.</summary>
    public TestDatabase? Database { get; set; }

    /// <summary>How the app reaches the database, when not directly.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>The clock of the app, its timers and its orchestrations.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>Settings above all others, with <c>:</c> in their names.</summary>
    public Dictionary<string, string?> Configuration { get; } = [];

    /// <summary>The environment; in Development the demo account is there.</summary>
    public string EnvironmentName { get; set; } = "Development";

    /// <summary>Whether timer functions run on their schedules.</summary>
    public bool RunTimers { get; set; } = true;

    /// <summary>Called before the app registers its own services, which leave alone what is there.</summary>
    public Action<FunctionsApplicationBuilder>? Before { get; set; }

    /// <summary>Called after the app registered its own services, for middleware, loggers and replacements.</summary>
    public Action<FunctionsApplicationBuilder>? After { get; set; }

    /// <summary>Changes to the durable engine: evicting after every step, for one.</summary>
    internal Action<DurableEngineOptions>? ConfigureEngine { get; set; }

    /// <summary>Where the durable engine dies as if its process had been killed.</summary>
    internal IEngineCrashPoints EngineCrashPoints { get; set; } = NoCrashPoints.Instance;
}
