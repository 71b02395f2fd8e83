namespace Microsoft.Azure.Functions.Worker;

/// <summary>Which way the values of a binding go.</summary>
public enum BindingDirection
{
    /// <summary>Into the function.</summary>
    In = 0,

    /// <summary>Out of the function.</summary>
    Out = 1,
}
