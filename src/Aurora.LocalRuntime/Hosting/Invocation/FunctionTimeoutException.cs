namespace Aurora.LocalRuntime.Hosting.Invocation;

/// <summary>A function ran longer than host.json allows.</summary>
internal sealed class FunctionTimeoutException(string function, TimeSpan limit)
    : Exception($"Timeout value of {limit} was exceeded by function: {function}");
