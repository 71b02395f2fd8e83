namespace Microsoft.Azure.Functions.Worker;

/// <summary>One invocation of a function.</summary>
public abstract class FunctionContext
{
    /// <summary>The invocation's id.</summary>
    public abstract string InvocationId { get; }

    /// <summary>The function's id, stable over restarts.</summary>
    public abstract string FunctionId { get; }

    /// <summary>The distributed trace the invocation belongs to.</summary>
    public abstract TraceContext TraceContext { get; }

    /// <summary>What the trigger brought along, by name.</summary>
    public abstract BindingContext BindingContext { get; }

    /// <summary>The host's retries of this invocation.</summary>
    public abstract RetryContext RetryContext { get; }

    /// <summary>The invocation's own service scope.</summary>
    public abstract IServiceProvider InstanceServices { get; set; }

    /// <summary>The function being invoked.</summary>
    public abstract FunctionDefinition FunctionDefinition { get; }

    /// <summary>Values shared between middleware and function during this invocation.</summary>
    public abstract IDictionary<object, object> Items { get; set; }

    /// <summary>Features of the invocation, by type.</summary>
    public abstract IInvocationFeatures Features { get; }

    /// <summary>Cancelled when the app shuts down, the function's time is over or the caller has gone.</summary>
    public virtual CancellationToken CancellationToken { get; } = CancellationToken.None;
}
