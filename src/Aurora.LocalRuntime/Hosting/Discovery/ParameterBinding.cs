using System.Reflection;
using Aurora.LocalRuntime.Hosting.Invocation;
using Aurora.LocalRuntime.Hosting.Startup;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Aurora.LocalRuntime.Hosting.Discovery;

/// <summary>How the value of a function's parameter is found in an invocation.</summary>
internal static class ParameterBinding
{
    public static Func<LocalFunctionContext, object?> For(
        ParameterInfo parameter, FunctionKind kind, string? route, DurableClientSource clients, string location)
    {
        var type = parameter.ParameterType;
        if (type == typeof(FunctionContext))
        {
            return context => context;
        }

        if (type == typeof(CancellationToken))
        {
            return context => context.CancellationToken;
        }

        return parameter.GetCustomAttribute<BindingAttribute>() switch
        {
            TriggerBindingAttribute => OfTrigger(type, kind) ?? throw Unsupported(parameter, kind, location),
            DurableClientAttribute when type == typeof(DurableTaskClient) => _ => clients.Current,
            null => OfName(parameter, kind, route) ?? throw Unsupported(parameter, kind, location),
            _ => throw Unsupported(parameter, kind, location),
        };
    }

    private static Func<LocalFunctionContext, object?>? OfTrigger(Type type, FunctionKind kind) => kind switch
    {
        FunctionKind.Http => type == typeof(HttpRequest) ? context => ((HttpContext)context.Trigger).Request : null,
        FunctionKind.Timer => type == typeof(TimerInfo) ? context => context.Trigger : null,
        FunctionKind.Orchestrator => type == typeof(TaskOrchestrationContext) ? context => context.Trigger : OfOrchestrationInput(type),
        FunctionKind.Activity => type == typeof(TaskActivityContext)
            ? context => ((ActivityCall)context.Trigger).Context
            : context => ((ActivityCall)context.Trigger).ReadInput(type),
    };

    private static Func<LocalFunctionContext, object?>? OfName(ParameterInfo parameter, FunctionKind kind, string? route) => kind switch
    {
        FunctionKind.Http => RouteValue.Binder(parameter, RoutePatternFactory.Parse(route!)),
        FunctionKind.Orchestrator => OfOrchestrationInput(parameter.ParameterType),
        FunctionKind.Activity when parameter.ParameterType == typeof(string)
            && string.Equals(parameter.Name, "instanceId", StringComparison.OrdinalIgnoreCase) =>
            context => ((ActivityCall)context.Trigger).Context.InstanceId,
        FunctionKind.Activity or FunctionKind.Timer => null,
    };

    /// <summary>An orchestrator may take its input as a parameter beside its context.</summary>
    private static Func<LocalFunctionContext, object?> OfOrchestrationInput(Type type)
    {
        var read = typeof(ParameterBinding).GetMethod(nameof(ReadInput), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(type).CreateDelegate<Func<LocalFunctionContext, object?>>();
        return read;
    }

    private static object? ReadInput<T>(LocalFunctionContext context) => ((TaskOrchestrationContext)context.Trigger).GetInput<T>();

    private static HostStartupException Unsupported(ParameterInfo parameter, FunctionKind kind, string location) => new(
        $"{location}: parameter '{parameter.Name}' of type {parameter.ParameterType.Name} cannot be bound in a function started by "
        + $"{kind.ToString().ToLowerInvariant()}"
        + (kind == FunctionKind.Http ? "; take HttpRequest, or a value named in the route." : "."));
}
