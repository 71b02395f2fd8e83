using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Starts the function with an HTTP request.</summary>
public sealed class HttpTriggerAttribute : TriggerBindingAttribute
{
    /// <summary>Any method, with a function key.</summary>
    public HttpTriggerAttribute()
    {
        AuthLevel = AuthorizationLevel.Function;
    }

    /// <summary>Only the given methods.</summary>
    /// <param name="methods">HTTP methods, in any case.</param>
    public HttpTriggerAttribute(params string[] methods)
    {
        Methods = methods;
    }

    /// <summary>Any method, with the given authorization.</summary>
    /// <param name="authLevel">Which key a caller must present.</param>
    public HttpTriggerAttribute(AuthorizationLevel authLevel)
    {
        AuthLevel = authLevel;
    }

    /// <summary>Only the given methods, with the given authorization.</summary>
    /// <param name="authLevel">Which key a caller must present.</param>
    /// <param name="methods">HTTP methods, in any case.</param>
    public HttpTriggerAttribute(AuthorizationLevel authLevel, params string[] methods)
    {
        AuthLevel = authLevel;
        Methods = methods;
    }

    /// <summary>The route template below the route prefix; the function's name when not set.</summary>
    public string? Route { get; set; }

    /// <summary>The methods the function answers; all when <see langword="null"/> or empty.</summary>
    public string[]? Methods { get; private set; }

    /// <summary>Which key a caller must present.</summary>
    public AuthorizationLevel AuthLevel { get; private set; }
}
