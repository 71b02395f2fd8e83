using Microsoft.DurableTask.Converters;

namespace Microsoft.DurableTask.Client;

/// <summary>A stored value together with what reads it.</summary>
/// <param name="data">The stored text.</param>
/// <param name="converter">Reads it; <see cref="JsonDataConverter.Default"/> when <c>null</c>.</param>
public sealed class SerializedData(string data, DataConverter? converter = null)
{
    /// <summary>The stored text.</summary>
    public string Value { get; } = data ?? throw new ArgumentNullException(nameof(data));

    /// <summary>What reads the stored text.</summary>
    public DataConverter Converter { get; } = converter ?? JsonDataConverter.Default;

    /// <summary>Reads the value.</summary>
    /// <typeparam name="T">The type to read.</typeparam>
    /// <returns>The value.</returns>
    public T ReadAs<T>() => Converter.Deserialize<T>(Value);
}
