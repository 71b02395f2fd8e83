using System.Reflection;
using Aurora.LocalRuntime.Hosting.Invocation;
using Aurora.LocalRuntime.Hosting.Startup;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Aurora.LocalRuntime.Hosting.Discovery;

/// <summary>Finds the functions of the app and refuses what the host could not run, all of it in one message.</summary>
internal static class FunctionDiscovery
{
    private const BindingFlags AllMethods =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static IReadOnlyList<Function> Find(IEnumerable<Assembly> assemblies, DurableClientSource clients) =>
        Find(assemblies.SelectMany(assembly => assembly.GetTypes()), clients);

    public static IReadOnlyList<Function> Find(IEnumerable<Type> types, DurableClientSource clients)
    {
        var functions = new List<Function>();
        var errors = new List<string>();
        foreach (var type in types)
        {
            foreach (var method in type.GetMethods(AllMethods))
            {
                if (method.GetCustomAttribute<FunctionAttribute>() is { } attribute)
                {
                    try
                    {
                        functions.Add(Describe(attribute.Name, method, clients));
                    }
                    catch (HostStartupException e)
                    {
                        errors.Add(e.Message);
                    }
                }
            }
        }

        errors.AddRange(Clashes(functions, f => f.Name, "function"));
        errors.AddRange(Clashes(functions.Where(f => f.Kind == FunctionKind.Orchestrator), f => f.TaskName, "orchestrator"));
        errors.AddRange(Clashes(functions.Where(f => f.Kind == FunctionKind.Activity), f => f.TaskName, "activity"));
        return errors.Count == 0
            ? [.. functions.OrderBy(f => f.Name, StringComparer.OrdinalIgnoreCase)]
            : throw new HostStartupException(string.Join(" | ", errors.Distinct(StringComparer.Ordinal)));
    }

    private static Function Describe(string name, MethodInfo method, DurableClientSource clients)
    {
        var location = $"function '{name}' ({method.DeclaringType!.FullName}.{method.Name})";
        if (string.IsNullOrWhiteSpace(name))
        {
            throw new HostStartupException($"{location} has no name.");
        }

        if (!method.IsPublic)
        {
            throw new HostStartupException($"{location} is not public: the Functions host runs public methods only.");
        }

        if (method.IsGenericMethodDefinition || method.DeclaringType!.ContainsGenericParameters)
        {
            throw new HostStartupException($"{location} is generic: the host could not choose its types.");
        }

        var triggers = method.GetParameters().Where(p => p.GetCustomAttribute<TriggerBindingAttribute>() is not null).ToList();
        if (triggers.Count != 1)
        {
            throw new HostStartupException($"{location} has {triggers.Count} triggers: it needs exactly one.");
        }

        var trigger = triggers[0].GetCustomAttribute<TriggerBindingAttribute>()!;
        var kind = trigger switch
        {
            HttpTriggerAttribute => FunctionKind.Http,
            TimerTriggerAttribute => FunctionKind.Timer,
            OrchestrationTriggerAttribute => FunctionKind.Orchestrator,
            ActivityTriggerAttribute => FunctionKind.Activity,
            _ => throw new HostStartupException($"{location} has a trigger this host does not know: {trigger.GetType().Name}."),
        };
        var route = trigger is HttpTriggerAttribute http ? (http.Route is { Length: > 0 } template ? template : name) : null;
        return new Function
        {
            Name = name,
            Kind = kind,
            Method = method,
            Trigger = trigger,
            AuthLevel = AuthLevelOf(triggers[0]),
            Definition = new LocalFunctionDefinition(name, method),
            Body = new FunctionBody(method, [.. method.GetParameters().Select(p => ParameterBinding.For(p, kind, route, clients, location))]),
        };
    }

    /// <summary>A trigger that names no level means a function key: the package leaves the level out and the host fills it in.</summary>
    private static AuthorizationLevel AuthLevelOf(ParameterInfo trigger)
    {
        var data = trigger.GetCustomAttributesData().FirstOrDefault(a => a.AttributeType == typeof(HttpTriggerAttribute));
        return data?.ConstructorArguments.FirstOrDefault(a => a.ArgumentType == typeof(AuthorizationLevel)).Value is int level
            ? (AuthorizationLevel)level
            : AuthorizationLevel.Function;
    }

    private static IEnumerable<string> Clashes(IEnumerable<Function> functions, Func<Function, string> name, string what) =>
        functions.GroupBy(name, StringComparer.OrdinalIgnoreCase)
            .Where(group => group.Count() > 1)
            .Select(group => $"two {what} names are the same: '{group.Key}' is {string.Join(" and ", group.Select(f => f.Location))}.");
}
