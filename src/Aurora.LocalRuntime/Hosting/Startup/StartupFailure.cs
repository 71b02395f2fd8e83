using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Aurora.LocalRuntime.Hosting.Startup;

/// <summary>Says in one line why the app did not start.</summary>
internal static class StartupFailure
{
    private const int ExitCode = 1;

    /// <summary>Runs a step before the host exists; a process of its own ends with the reason when it fails.</summary>
    public static T Guard<T>(LocalHostSettings settings, Func<T> step)
    {
        try
        {
            return step();
        }
        catch (HostStartupException e)
        {
            Report(settings, e);
            throw;
        }
    }

    /// <summary>Ends the process with the reason, when the process is the app's own.</summary>
    public static void Report(LocalHostSettings settings, Exception exception)
    {
        if (settings.OwnsProcess)
        {
            settings.Error.WriteLine($"Cannot start: {Describe(exception)}");
            settings.Error.Flush();
            Environment.Exit(exception is OperationCanceledException ? 0 : ExitCode);
        }
    }

    public static string Describe(Exception exception)
    {
        var reason = exception switch
        {
            AggregateException { InnerExceptions.Count: > 0 } several =>
                string.Join(" | ", several.InnerExceptions.Select(Describe).Distinct(StringComparer.Ordinal)),
            OptionsValidationException options => string.Join(" | ", options.Failures),
            PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification } e =>
                $"PostgreSQL refused the user: {e.MessageText}",
            PostgresException e => $"PostgreSQL refused: {e.MessageText} ({e.SqlState})",
            NpgsqlException { InnerException: SocketException or TimeoutException } e => $"PostgreSQL cannot be reached: {e.Message}",
            HostStartupException or NpgsqlException => exception.Message,
            OperationCanceledException => "interrupted",
            _ when exception.GetType().Namespace?.StartsWith("Aurora", StringComparison.Ordinal) == true => exception.Message,
            _ => $"{exception.Message} ({exception.GetType().Name})",
        };
        return reason.ReplaceLineEndings(" ");
    }
}
