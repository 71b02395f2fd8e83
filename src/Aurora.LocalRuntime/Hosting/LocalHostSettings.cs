namespace Aurora.LocalRuntime.Hosting;

/// <summary>How a host differs from the one a command line starts; tests set these.</summary>
internal sealed class LocalHostSettings
{
    public string[] Arguments { get; init; } = [];
}
