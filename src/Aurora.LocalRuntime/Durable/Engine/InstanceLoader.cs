using System.Threading.Channels;
using Aurora.LocalRuntime.Durable.Storage;

namespace Aurora.LocalRuntime.Durable.Engine;

/// <summary>Reads instances for whoever needs one; readers that come at the same time share a query.</summary>
internal sealed class InstanceLoader(IInstanceStore store) : IAsyncDisposable
{
    private const int MaxBatch = 200;

    private readonly Channel<(string Id, TaskCompletionSource<StoredInstance?> Source)> _queue =
        Channel.CreateUnbounded<(string, TaskCompletionSource<StoredInstance?>)>(new UnboundedChannelOptions { SingleReader = true });

    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;

    public void Start() => _loop = Task.Run(RunAsync);

    public Task<StoredInstance?> LoadAsync(string id)
    {
        var source = new TaskCompletionSource<StoredInstance?>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_queue.Writer.TryWrite((id, source)))
        {
            source.SetCanceled();
        }

        return source.Task;
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _stop.CancelAsync();
        await _loop;
        while (_queue.Reader.TryRead(out var left))
        {
            left.Source.TrySetCanceled();
        }

        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var batch = new List<(string Id, TaskCompletionSource<StoredInstance?> Source)>();
        try
        {
            while (await _queue.Reader.WaitToReadAsync(_stop.Token))
            {
                batch.Clear();
                while (batch.Count < MaxBatch && _queue.Reader.TryRead(out var next))
                {
                    batch.Add(next);
                }

                await ReadAsync(batch);
            }
        }
        catch (OperationCanceledException)
        {
            foreach (var (_, source) in batch)
            {
                source.TrySetCanceled();
            }
        }
    }

    private async Task ReadAsync(List<(string Id, TaskCompletionSource<StoredInstance?> Source)> batch)
    {
        var pause = TimeSpan.FromMilliseconds(20);
        while (true)
        {
            try
            {
                var found = (await store.LoadAsync([.. batch.Select(static item => item.Id)], _stop.Token)).ToDictionary(static item => item.Record.Info.Id, StringComparer.Ordinal);
                foreach (var (id, source) in batch)
                {
                    source.TrySetResult(found.GetValueOrDefault(id));
                }

                return;
            }
            catch (StoreUnavailableException)
            {
                await Task.Delay(pause, TimeProvider.System, _stop.Token);
                pause = pause < TimeSpan.FromSeconds(1) ? pause * 2 : pause;
            }
            catch (Exception failed) when (failed is not OperationCanceledException)
            {
                foreach (var (_, source) in batch)
                {
                    source.TrySetException(failed);
                }

                return;
            }
        }
    }
}
