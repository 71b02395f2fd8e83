using System.Globalization;
using System.Net;
using Npgsql;

namespace Aurora.Functions.Platform.Postgres;

/// <summary>
/// Reads a database address in either form operators have: Npgsql's <c>Host=...;Database=...</c>, or the URI form
/// <c>postgres://user:password@host:port/db?sslmode=require</c>. Error texts never repeat the address: it holds a password.
/// </summary>
internal static class DatabaseAddress
{
    private const string Forms =
        "use Host=...;Username=...;Password=...;Database=... or postgres://user:password@host:port/database?sslmode=...";

    /// <summary>Translates <paramref name="address"/>; on failure <paramref name="error"/> is a sentence for the operator.</summary>
    public static bool TryTranslate(string address, string source, out string connectionString, out string? error)
    {
        ArgumentNullException.ThrowIfNull(address);
        connectionString = "";
        error = null;
        var text = address.Trim();
        try
        {
            var builder = text.Contains("://", StringComparison.Ordinal) ? FromUri(text) : new NpgsqlConnectionStringBuilder(text);
            if (string.IsNullOrWhiteSpace(builder.Host))
            {
                throw new FormatException("it names no host");
            }

            connectionString = builder.ConnectionString;
            return true;
        }
        catch (Exception e) when (e is FormatException or ArgumentException or InvalidCastException or OverflowException)
        {
            // The driver's own messages may repeat a value; ours name the problem only.
            var reason = e is FormatException ? e.Message : "it is not a valid connection string";
            error = $"{source} is not a usable PostgreSQL address: {reason}; {Forms}.";
            return false;
        }
    }

    private static NpgsqlConnectionStringBuilder FromUri(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri))
        {
            throw new FormatException("it is not a valid URI (percent-encode special characters of user and password)");
        }

        if (uri.Scheme is not ("postgres" or "postgresql"))
        {
            throw new FormatException($"its scheme is '{uri.Scheme}', only PostgreSQL is supported");
        }

        var builder = new NpgsqlConnectionStringBuilder();
        if (uri.Host.Length > 0)
        {
            builder.Host = uri.HostNameType == UriHostNameType.IPv6 ? uri.Host.Trim('[', ']') : WebUtility.UrlDecode(uri.Host);
        }

        if (uri.Port > 0)
        {
            builder.Port = uri.Port;
        }

        var user = uri.UserInfo.Split(':', 2);
        if (user[0].Length > 0)
        {
            builder.Username = Uri.UnescapeDataString(user[0]);
        }

        if (user.Length == 2)
        {
            builder.Password = Uri.UnescapeDataString(user[1]);
        }

        var database = uri.AbsolutePath.TrimStart('/');
        if (database.Length > 0)
        {
            builder.Database = Uri.UnescapeDataString(database);
        }

        foreach (var pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            var value = parts.Length == 2 ? Uri.UnescapeDataString(parts[1]) : "";
            Apply(builder, Uri.UnescapeDataString(parts[0]), value);
        }

        return builder;
    }

    private static void Apply(NpgsqlConnectionStringBuilder builder, string key, string value)
    {
        switch (key.ToUpperInvariant())
        {
            case "SSLMODE":
                builder.SslMode = SslModeOf(value);
                break;
            case "SSLROOTCERT":
                builder.RootCertificate = value;
                break;
            case "SSLCERT":
                builder.SslCertificate = value;
                break;
            case "SSLKEY":
                builder.SslKey = value;
                break;
            case "CHANNEL_BINDING":
                builder.ChannelBinding = Enum.TryParse<ChannelBinding>(value, ignoreCase: true, out var binding)
                    ? binding
                    : throw new FormatException("its channel_binding is unknown");
                break;
            case "APPLICATION_NAME":
                builder.ApplicationName = value;
                break;
            case "CONNECT_TIMEOUT":
                builder.Timeout = Whole(value, "its connect_timeout is not a whole number of seconds");
                break;
            case "OPTIONS":
                builder.Options = value;
                break;
            case "TARGET_SESSION_ATTRS":
                builder.TargetSessionAttributes = value;
                break;
            case "HOST":
                builder.Host = value;
                break;
            case "PORT":
                builder.Port = Whole(value, "its port is not a number");
                break;
            case "USER":
                builder.Username = value;
                break;
            case "PASSWORD":
                builder.Password = value;
                break;
            case "DBNAME":
                builder.Database = value;
                break;
            default:
                throw new FormatException($"its parameter '{key}' is unknown");
        }
    }

    private static int Whole(string value, string otherwise) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new FormatException(otherwise);

    private static SslMode SslModeOf(string value) => value.ToUpperInvariant() switch
    {
        "DISABLE" => SslMode.Disable,
        "ALLOW" => SslMode.Allow,
        "PREFER" => SslMode.Prefer,
        "REQUIRE" => SslMode.Require,
        "VERIFY-CA" => SslMode.VerifyCA,
        "VERIFY-FULL" => SslMode.VerifyFull,
        _ => throw new FormatException("its sslmode is unknown"),
    };
}
