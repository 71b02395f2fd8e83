using Microsoft.DurableTask.Converters;

namespace Microsoft.DurableTask.Client;

/// <summary>Settings of a <see cref="DurableTaskClient"/>.</summary>
public class DurableTaskClientOptions
{
    private DataConverter _dataConverter = JsonDataConverter.Default;

    /// <summary>The version of instances that are started without one; empty, for none, unless set.</summary>
    public string DefaultVersion { get; set; } = string.Empty;

    /// <summary>
    /// Serializes payloads; <see cref="JsonDataConverter.Default"/> unless set, and again when set to <c>null</c>.
    /// </summary>
    public DataConverter DataConverter
    {
        get => _dataConverter;
        set => _dataConverter = value ?? JsonDataConverter.Default;
    }
}
