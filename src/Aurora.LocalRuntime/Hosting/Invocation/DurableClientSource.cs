using Microsoft.DurableTask.Client;

namespace Aurora.LocalRuntime.Hosting.Invocation;

/// <summary>Where invocations get the task hub's client from; it is in no service container.</summary>
internal sealed class DurableClientSource
{
    private volatile DurableTaskClient? _client;

    public DurableTaskClient Current =>
        _client ?? throw new InvalidOperationException("The durable engine of this host is not running.");

    public void Set(DurableTaskClient? client) => _client = client;
}
