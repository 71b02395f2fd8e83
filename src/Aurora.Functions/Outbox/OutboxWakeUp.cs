using System.Threading.Channels;

namespace Aurora.Functions.Outbox;

/// <summary>
/// Tells the drain of this process that rows may be ready, so that it need not wait for its next poll. Signals given while
/// nobody waits are kept as one. A hint only: a lost signal costs one poll interval, never a row.
/// </summary>
internal sealed class OutboxWakeUp
{
    private readonly Channel<bool> _signals = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Call after the commit that made rows ready, never before it.</summary>
    public void Signal() => _signals.Writer.TryWrite(true);

    /// <summary>Waits for a signal and takes it; <see langword="false"/> when the token ends the wait.</summary>
    public async Task<bool> WaitAsync(CancellationToken cancellation)
    {
        try
        {
            return await _signals.Reader.ReadAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
