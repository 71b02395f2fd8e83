namespace Microsoft.DurableTask;

/// <summary>How an orchestration starts over.</summary>
public class ContinueAsNewOptions
{
    /// <summary>The input of the next generation; <c>null</c> unless set.</summary>
    public object? NewInput { get; set; }

    /// <summary>
    /// Whether external events that were received but not yet awaited go on to the next generation, in their order.
    /// <c>true</c> unless set.
    /// </summary>
    public bool PreserveUnprocessedEvents { get; set; } = true;

    /// <summary>The version of the next generation; <c>null</c> or blank keeps the present one.</summary>
    public string? NewVersion { get; set; }
}
