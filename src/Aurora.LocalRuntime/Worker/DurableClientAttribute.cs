using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Hands the function a client of the task hub.</summary>
public sealed class DurableClientAttribute : InputBindingAttribute
{
    /// <summary>The task hub; host.json's when not set.</summary>
    public string? TaskHub { get; set; }

    /// <summary>The setting that holds the storage connection; the app's own when not set.</summary>
    public string? ConnectionName { get; set; }
}
