using System.Text.Json;

namespace Aurora.TestKit;

/// <summary>One entry of the samples' manifest with the exact bytes of its file.</summary>
public sealed record SamplePayload(
    string File, string Role, byte[] Bytes, IReadOnlyDictionary<string, string> Headers, string? Secret, JsonElement Expected);

/// <summary>The provider payloads under <c>Samples/</c>.</summary>
public static class SamplePayloads
{
    private static readonly string Root = Path.Combine(AppContext.BaseDirectory, "Samples");
    private static readonly Lazy<JsonElement> Manifest = new(() =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Root, "manifest.json"))).RootElement);

    /// <summary>All samples of a channel with a role, for example <c>whatsapp_cloud</c> and <c>inbound</c>.</summary>
    public static IEnumerable<SamplePayload> Of(string channel, string role) => Manifest.Value.GetProperty("samples").EnumerateArray()
        .Where(s => s.GetProperty("channel").GetString() == channel && s.GetProperty("role").GetString() == role)
        .Select(Read);

    /// <summary>One sample by its file, for example <c>whatsapp_cloud/message-text.json</c>.</summary>
    public static SamplePayload Get(string file) => Read(Manifest.Value.GetProperty("samples").EnumerateArray()
        .Single(s => s.GetProperty("file").GetString() == file));

    private static SamplePayload Read(JsonElement entry)
    {
        var file = entry.GetProperty("file").GetString()!;
        return new SamplePayload(
            file,
            entry.GetProperty("role").GetString()!,
            File.ReadAllBytes(Path.Combine(Root, file)),
            entry.GetProperty("headers").EnumerateObject().ToDictionary(h => h.Name, h => h.Value.GetString()!),
            entry.GetProperty("secret") is { ValueKind: JsonValueKind.Object } secret ? secret.GetProperty("value").GetString() : null,
            entry.GetProperty("expected"));
    }
}
