using System.Collections.Concurrent;
using Xunit;

namespace Aurora.TestKit.Crashes;

/// <summary>Apps that were cut off: they reach nothing any more and are given the time their drain takes, all together.</summary>
public sealed class AbandonedApps : IAsyncLifetime
{
    private readonly ConcurrentBag<Task> _ends = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => Task.WhenAll(_ends);

    internal void Add(AppLife life) => _ends.Add(Task.Run(life.EndAsync));
}
