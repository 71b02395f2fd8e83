using System.Globalization;
using System.Text;
using Aurora.LocalRuntime.Hosting.Discovery;
using Aurora.LocalRuntime.Http;
using Aurora.LocalRuntime.Timers;


namespace Aurora.LocalRuntime.Hosting.Startup;

/// <summary>What the app says when it is ready: where its functions are, which key opens them, which database it uses.</summary>
internal sealed class StartupMessage(
    LocalHostSettings settings,
    HostJson hostJson,
    FunctionCatalog catalog,
    TimerHost timers,
    FunctionKeyFile keyFile,
    DatabaseInUse database)
{
    /// <summary>The last line; who starts the app in a script waits for it.</summary>
    public const string Ready = "Ready.";

    public void Write(FunctionsRuntime runtime)
    {
        var text = new StringBuilder();
        var address = runtime.Addresses.Count > 0 ? Reachable(runtime.Addresses[0]) : string.Empty;
        if (catalog.Http.Count > 0)
        {
            text.AppendLine("Functions:");
        }

        foreach (var function in catalog.Http)
        {
            text.AppendLine(CultureInfo.InvariantCulture,
                $"  {function.Name}: [{FunctionRoutes.MethodsOf(function)}] {address}{FunctionRoutes.PathOf(function, hostJson.RoutePrefix)}");
        }

        foreach (var (function, schedule) in timers.Schedules)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  {function}: timer {schedule}");
        }

        text.AppendLine(CultureInfo.InvariantCulture, $"Database: {database.Description}");
        if (runtime.Keys is { } keys)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"Keys: {keyFile.Path}");
            AppendExample(text, address, keys);
        }

        text.Append(Ready);
        settings.Output.WriteLine(text);
        settings.Output.Flush();
    }

    /// <summary>Keys are shown once, when they are made; later the line reads them from their file.</summary>
    private void AppendExample(StringBuilder text, string address, FunctionKeys keys)
    {
        if (hostJson.Example is not { } example)
        {
            return;
        }

        var key = keyFile.IsNew
            ? keys.FunctionKey
            : $"$(sed -n 's/.*\"default\": \"\\([^\"]*\\)\".*/\\1/p' '{keyFile.Path}')";
        text.AppendLine("Try it:");
        text.Append(CultureInfo.InvariantCulture, $"  curl -s -X {example.Method} '{address}{example.Path}' -H \"x-functions-key: {key}\"");
        if (example.Body is { } body)
        {
            text.Append(CultureInfo.InvariantCulture,
                $" -H 'content-type: application/json' -d '{body.Replace("'", "'\\''", StringComparison.Ordinal)}'");
        }

        text.AppendLine();
    }

    /// <summary>An address that stands for every interface is called through loopback.</summary>
    private static string Reachable(string address) => address
        .Replace("//[::]:", "//localhost:", StringComparison.Ordinal)
        .Replace("//0.0.0.0:", "//localhost:", StringComparison.Ordinal)
        .Replace("//+:", "//localhost:", StringComparison.Ordinal)
        .Replace("//*:", "//localhost:", StringComparison.Ordinal)
        .TrimEnd('/');
}
