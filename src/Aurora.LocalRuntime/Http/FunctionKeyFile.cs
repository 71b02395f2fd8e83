using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Aurora.LocalRuntime.Hosting.Startup;

namespace Aurora.LocalRuntime.Http;

/// <summary>The keys of this machine, kept where only their owner may read them.</summary>
internal sealed class FunctionKeyFile(string directory)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public string Path { get; } = System.IO.Path.Combine(directory, "keys.json");

    /// <summary>Whether the keys were made by the last <see cref="ReadOrCreate"/>, so nobody has seen them yet.</summary>
    public bool IsNew { get; private set; }

    public FunctionKeys ReadOrCreate()
    {
        Directory.CreateDirectory(directory);
        if (!File.Exists(Path))
        {
            IsNew = Create();
        }

        return Read();
    }

    /// <summary>Makes the file whole or not at all; of two hosts that start at once one wins.</summary>
    private bool Create()
    {
        var temporary = System.IO.Path.Combine(directory, $"keys.{Guid.NewGuid():N}.tmp");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var stream = new FileStream(temporary, options))
        {
            JsonSerializer.Serialize(
                stream, new Content(NewKey(), new Dictionary<string, string> { ["default"] = NewKey() }), Json);
        }

        try
        {
            File.Move(temporary, Path, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(Path))
        {
            File.Delete(temporary);
            return false;
        }
    }

    private FunctionKeys Read()
    {
        try
        {
            using var stream = File.OpenRead(Path);
            var content = JsonSerializer.Deserialize<Content>(stream, Json);
            if (content is { MasterKey.Length: > 0, FunctionKeys.Count: > 0 })
            {
                return new FunctionKeys(content.MasterKey, [.. content.FunctionKeys.Values]);
            }
        }
        catch (JsonException)
        {
            // Falls through: the same answer as for a file without keys.
        }

        throw new HostStartupException($"{Path} holds no masterKey and functionKeys: delete it and new keys are made.");
    }

    private static string NewKey() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    private sealed record Content(string? MasterKey, Dictionary<string, string>? FunctionKeys);
}
