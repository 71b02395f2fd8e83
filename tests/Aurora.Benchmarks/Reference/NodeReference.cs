using System.Globalization;
using Npgsql;

namespace Aurora.Benchmarks.Reference;

/// <summary>Runs the same work on a job system from npm; its packages are installed on first use from the lock file.</summary>
internal static class NodeReference
{
    public static async Task<double?> RateAsync(string script, string connectionString, int messages, int inFlight)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "Reference", "Node");
        try
        {
            if (!Directory.Exists(Path.Combine(folder, "node_modules")))
            {
                await Command.RunAsync("npm", ["ci", "--no-audit", "--no-fund"], directory: folder);
            }
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            await Console.Error.WriteLineAsync($"No reference {script}: {e.Message}");
            return null;
        }

        var server = new NpgsqlConnectionStringBuilder(connectionString);
        var url = string.Create(
            CultureInfo.InvariantCulture,
            $"postgres://{Uri.EscapeDataString(server.Username!)}:{Uri.EscapeDataString(server.Password ?? "")}@{server.Host}:{server.Port}/{server.Database}");
        var output = await Command.RunAsync(
            "node",
            [script, url, messages.ToString(CultureInfo.InvariantCulture), inFlight.ToString(CultureInfo.InvariantCulture)],
            directory: folder);
        var line = output.Split('\n').Single(text => text.StartsWith("rate ", StringComparison.Ordinal));
        return double.Parse(line.AsSpan(5), CultureInfo.InvariantCulture);
    }
}
