using System.Diagnostics.CodeAnalysis;

namespace Microsoft.DurableTask;

/// <summary>Turns inputs, outputs, event payloads and statuses into stored text and back.</summary>
public abstract class DataConverter
{
    /// <summary>Serializes a value.</summary>
    /// <param name="value">The value, or <c>null</c>.</param>
    /// <returns>The text to store; <c>null</c> for <c>null</c>.</returns>
    [return: NotNullIfNotNull(nameof(value))]
    public abstract string? Serialize(object? value);

    /// <summary>Reads a value back.</summary>
    /// <param name="data">The stored text, or <c>null</c>.</param>
    /// <param name="targetType">The type to read.</param>
    /// <returns>The value; <c>null</c> for <c>null</c>.</returns>
    [return: NotNullIfNotNull(nameof(data))]
    public abstract object? Deserialize(string? data, Type targetType);

    /// <summary>Reads a value back.</summary>
    /// <typeparam name="T">The type to read.</typeparam>
    /// <param name="data">The stored text, or <c>null</c>.</param>
    /// <returns>The value; <c>null</c> for <c>null</c>.</returns>
    [return: NotNullIfNotNull(nameof(data))]
    public virtual T? Deserialize<T>(string? data) => (T?)Deserialize(data, typeof(T));
}
