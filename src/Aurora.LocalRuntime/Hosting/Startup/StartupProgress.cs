namespace Aurora.LocalRuntime.Hosting.Startup;

/// <summary>How far the host has come.</summary>
internal sealed class StartupProgress
{
    private volatile bool _hasStarted;

    public bool HasStarted
    {
        get => _hasStarted;
        set => _hasStarted = value;
    }
}
