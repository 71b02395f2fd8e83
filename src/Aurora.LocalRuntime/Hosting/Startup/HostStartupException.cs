namespace Aurora.LocalRuntime.Hosting.Startup;

/// <summary>The app cannot start; the message tells its operator why, in one line.</summary>
internal sealed class HostStartupException : Exception
{
    public HostStartupException(string message)
        : base(message)
    {
    }

    public HostStartupException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
