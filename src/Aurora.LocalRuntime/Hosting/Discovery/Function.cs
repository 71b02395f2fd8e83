using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Aurora.LocalRuntime.Hosting.Discovery;

/// <summary>A function found in the app.</summary>
internal sealed class Function
{
    public required string Name { get; init; }

    public required FunctionKind Kind { get; init; }

    public required MethodInfo Method { get; init; }

    public required TriggerBindingAttribute Trigger { get; init; }

    /// <summary>Which key callers of an HTTP function present.</summary>
    public AuthorizationLevel AuthLevel { get; init; }

    public required FunctionDefinition Definition { get; init; }

    public required FunctionBody Body { get; init; }

    /// <summary>Type and method, for messages.</summary>
    public string Location => $"{Method.DeclaringType!.FullName}.{Method.Name}";

    /// <summary>The route below the route prefix, for an HTTP function.</summary>
    public string Route => ((HttpTriggerAttribute)Trigger).Route is { Length: > 0 } route ? route.TrimStart('/') : Name;

    /// <summary>The name under which the durable engine knows an orchestrator or activity.</summary>
    public string TaskName => Trigger switch
    {
        OrchestrationTriggerAttribute { Orchestration: { Length: > 0 } name } => name,
        ActivityTriggerAttribute { Activity: { Length: > 0 } name } => name,
        _ => Name,
    };
}
