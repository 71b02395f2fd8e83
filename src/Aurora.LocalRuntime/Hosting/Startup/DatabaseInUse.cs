namespace Aurora.LocalRuntime.Hosting.Startup;

/// <summary>The database the app runs on, in words for its operator.</summary>
internal sealed class DatabaseInUse
{
    public string Description { get; set; } = "none: orchestrations live in memory";
}
