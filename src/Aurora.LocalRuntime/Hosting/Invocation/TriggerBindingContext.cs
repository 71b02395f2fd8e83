using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Aurora.LocalRuntime.Hosting.Invocation;

/// <summary>The values a trigger brings along: a request's route values.</summary>
internal sealed class TriggerBindingContext(object trigger) : BindingContext
{
    public override IReadOnlyDictionary<string, object?> BindingData { get; } = trigger is HttpContext http
        ? http.Request.RouteValues.ToDictionary(StringComparer.OrdinalIgnoreCase)
        : ImmutableDictionary<string, object?>.Empty;
}
