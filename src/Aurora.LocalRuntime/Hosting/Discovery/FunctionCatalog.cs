using Aurora.LocalRuntime.Hosting.Invocation;

namespace Aurora.LocalRuntime.Hosting.Discovery;

/// <summary>The functions of the app.</summary>
internal sealed class FunctionCatalog(LocalHostSettings settings, DurableClientSource clients)
{
    public IReadOnlyList<Function> Functions { get; } = settings.Types is { } types
        ? FunctionDiscovery.Find(types, clients)
        : FunctionDiscovery.Find(settings.Assemblies, clients);

    public IReadOnlyList<Function> Http => [.. Functions.Where(f => f.Kind == FunctionKind.Http)];

    public bool HasTasks => Functions.Any(f => f.Kind is FunctionKind.Orchestrator or FunctionKind.Activity);
}
