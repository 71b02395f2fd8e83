using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Aurora.TestKit.Crashes;

/// <summary>On which side of a commit everything ends.</summary>
public enum CutMoment
{
    /// <summary>The server never hears of it.</summary>
    Before,

    /// <summary>The server has committed, nobody hears of it.</summary>
    After,
}

/// <summary>
/// Stands between an app and PostgreSQL, sees every commit, and at a chosen one ends all connections at once, as the death of
/// the process does. It needs no seam in the app, so no commit can be forgotten.
/// </summary>
public sealed class CommitProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly NpgsqlConnectionStringBuilder _server;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<CommitProxySession, Task> _sessions = [];
    private readonly ConcurrentQueue<WireCommit> _commits = new();
    private readonly TaskCompletionSource<WireCommit> _cut = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _accepting;
    private readonly Lock _gate = new();
    private Func<WireCommit, bool>? _isPoint;
    private CutMoment _moment;
    private volatile bool _isCut;

    private CommitProxy(string connectionString)
    {
        _server = new NpgsqlConnectionStringBuilder(connectionString);
        _listener.Start();
        ConnectionString = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Host = "127.0.0.1",
            Port = ((IPEndPoint)_listener.LocalEndpoint).Port,
            SslMode = SslMode.Disable,
            GssEncryptionMode = GssEncryptionMode.Disable,
        }.ConnectionString;
        _accepting = AcceptAsync();
    }

    /// <summary>The same database, through here.</summary>
    public string ConnectionString { get; }

    /// <summary>Commits seen so far.</summary>
    public IReadOnlyCollection<WireCommit> Commits => _commits;

    /// <summary>Ends with the commit at which everything was cut.</summary>
    public Task<WireCommit> Cut => _cut.Task;

    public bool IsCut => _isCut;

    /// <summary>Called at the cut, while nothing moves any more and before connections close: the place to kill a process.</summary>
    public Func<Task> OnCut { get; set; } = static () => Task.CompletedTask;

    public static CommitProxy Start(string connectionString) => new(connectionString);

    /// <summary>Cuts at the first commit from now on that is wanted.</summary>
    public void CutAt(CutMoment moment, Func<WireCommit, bool> isPoint)
    {
        lock (_gate)
        {
            _moment = moment;
            _isPoint = isPoint;
        }
    }

    /// <summary>Whether a commit is cut, and how; the first that is asked for and wanted is the only one.</summary>
    internal CutMoment? Ask(WireCommit commit)
    {
        _commits.Enqueue(commit);
        lock (_gate)
        {
            if (_isPoint is null || !_isPoint(commit))
            {
                return null;
            }

            _isPoint = null;
            return _moment;
        }
    }

    /// <summary>Nothing moves from here on.</summary>
    internal void CutNow(WireCommit commit)
    {
        _isCut = true;
        _ = EndAsync(commit);
    }

    public async ValueTask DisposeAsync()
    {
        _isCut = true;
        await _stop.CancelAsync();
        _listener.Dispose();
        CloseSessions();
        await Task.WhenAll([_accepting, .. _sessions.Values]);
        _stop.Dispose();
    }

    private async Task EndAsync(WireCommit commit)
    {
        await OnCut();
        CloseSessions();
        _cut.TrySetResult(commit);
    }

    private void CloseSessions()
    {
        foreach (var session in _sessions.Keys)
        {
            session.Close();
        }
    }

    /// <summary>
    /// Goes on accepting after the cut, to close at once: the port stays taken, so that what is left of an abandoned app never
    /// reaches the proxy of the next.
    /// </summary>
    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                if (_isCut)
                {
                    client.Dispose();
                    continue;
                }

                var session = new CommitProxySession(this, client);
                _sessions[session] = Task.CompletedTask;
                _sessions[session] = RunAsync(session);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // Disposed.
        }
    }

    private async Task RunAsync(CommitProxySession session)
    {
        await session.RunAsync(_server.Host!, _server.Port);
        if (!_isCut)
        {
            _sessions.TryRemove(session, out _);
        }
    }
}
