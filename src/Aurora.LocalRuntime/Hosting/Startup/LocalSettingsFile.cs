using System.Text.Json;

namespace Aurora.LocalRuntime.Hosting.Startup;

/// <summary>The <c>Values</c> of local.settings.json.</summary>
internal static class LocalSettingsFile
{
    private static readonly JsonDocumentOptions Lenient = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    /// <summary>The values, none when there is no file.</summary>
    public static IReadOnlyDictionary<string, string> Read(string path)
    {
        if (!File.Exists(path))
        {
            return new Dictionary<string, string>();
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(path), Lenient);
            return document.RootElement.TryGetProperty("Values", out var values)
                ? values.EnumerateObject().ToDictionary(v => v.Name, v => v.Value.ToString())
                : new Dictionary<string, string>();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new HostStartupException($"{path} is no valid settings file: {e.Message}", e);
        }
    }

    /// <summary>
    /// Makes the values environment variables, as the Functions tools do. What the environment already has wins; an empty value means that
    /// the setting is not set.
    /// </summary>
    public static void Apply(string path)
    {
        foreach (var (name, value) in Read(path))
        {
            var variable = name.Replace(":", "__", StringComparison.Ordinal);
            if (value.Length > 0 && Environment.GetEnvironmentVariable(variable) is null)
            {
                Environment.SetEnvironmentVariable(variable, value);
            }
        }
    }
}
