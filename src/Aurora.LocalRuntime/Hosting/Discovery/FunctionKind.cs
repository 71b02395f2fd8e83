namespace Aurora.LocalRuntime.Hosting.Discovery;

/// <summary>What starts a function.</summary>
internal enum FunctionKind
{
    Http,
    Timer,
    Orchestrator,
    Activity,
}
