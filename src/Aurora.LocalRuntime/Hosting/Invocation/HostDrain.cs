using Aurora.LocalRuntime.Hosting.Discovery;

namespace Aurora.LocalRuntime.Hosting.Invocation;

/// <summary>
/// How a shutdown reaches invocations: timers are told at once (they may linger by design), requests and activities, which are short, are
/// given time to end by themselves before they are told.
/// </summary>
internal sealed class HostDrain : IDisposable
{
    /// <summary>How long a shutdown may take in all.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(8);

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);
    private readonly CancellationTokenSource _timers = new();
    private readonly CancellationTokenSource _rest = new();

    public CancellationToken TokenFor(FunctionKind kind) => kind switch
    {
        FunctionKind.Timer => _timers.Token,
        FunctionKind.Http or FunctionKind.Activity or FunctionKind.Orchestrator => _rest.Token,
    };

    public async Task BeginAsync()
    {
        _rest.CancelAfter(Grace);
        await _timers.CancelAsync();
    }

    public void Dispose()
    {
        _timers.Dispose();
        _rest.Dispose();
    }
}
