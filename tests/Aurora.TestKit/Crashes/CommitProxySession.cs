// One thing: the protocol as far as commits can be seen in it, in both directions of one connection.
using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;

namespace Aurora.TestKit.Crashes;

/// <summary>
/// One connection through a <see cref="CommitProxy"/>: forwards messages both ways and follows the protocol just as far as to
/// know which statements a transaction runs, when it is about to commit and when it has.
/// </summary>
internal sealed class CommitProxySession(CommitProxy proxy, TcpClient client)
{
    private const int StartupHeader = 4;
    private const int MessageHeader = 5;
    private readonly TcpClient _server = new() { NoDelay = true };
    private readonly Dictionary<string, string> _prepared = new(StringComparer.Ordinal);
    private readonly List<string> _batch = [];
    private readonly List<string> _transaction = [];

    // One entry per ReadyForQuery that is to come: the commit to cut after, or nothing.
    private readonly ConcurrentQueue<WireCommit?> _answers = new();
    private bool _isInTransaction;
    private bool _hasStarted;

    public async Task RunAsync(string host, int port)
    {
        try
        {
            client.NoDelay = true;
            await _server.ConnectAsync(host, port);
            await Task.WhenAny(
                PumpAsync(client.GetStream(), _server.GetStream(), TakeFromClient),
                PumpAsync(_server.GetStream(), client.GetStream(), TakeFromServer));
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Either side is gone; so is the other.
        }
        finally
        {
            if (!proxy.IsCut)
            {
                Close();
            }
        }
    }

    public void Close()
    {
        client.Dispose();
        _server.Dispose();
    }

    /// <summary>Forwards whole messages as <paramref name="take"/> lets them pass; ends when it does not, or at the end.</summary>
    private async Task PumpAsync(NetworkStream from, NetworkStream to, TakeMessages take)
    {
        var reader = PipeReader.Create(from, new StreamPipeReaderOptions(bufferSize: 65_536, leaveOpen: true));
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync();
                var passes = take(read.Buffer, out var consumed);
                if (!passes || proxy.IsCut)
                {
                    return;
                }

                foreach (var part in read.Buffer.Slice(0, consumed))
                {
                    await to.WriteAsync(part);
                }

                reader.AdvanceTo(consumed, read.Buffer.End);
                if (read.IsCompleted)
                {
                    return;
                }
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // Either side is gone.
        }
    }

    private bool TakeFromClient(in ReadOnlySequence<byte> buffer, out SequencePosition consumed)
    {
        var rest = buffer;
        if (!_hasStarted)
        {
            // The first message has no type. Neither TLS nor GSS is asked for, so it is the start-up or a cancellation.
            _hasStarted = rest.Length >= StartupHeader && rest.Length >= Length(rest, 0);
            rest = _hasStarted ? rest.Slice(Length(rest, 0)) : rest;
        }

        while (_hasStarted && TryReadMessage(ref rest, out var type, out var body))
        {
            if (Follow((char)type, body) is { } commit)
            {
                proxy.CutNow(commit);
                consumed = rest.Start;
                return false;
            }
        }

        consumed = rest.Start;
        return true;
    }

    private bool TakeFromServer(in ReadOnlySequence<byte> buffer, out SequencePosition consumed)
    {
        var rest = buffer;
        while (TryReadMessage(ref rest, out var type, out _))
        {
            // The first ReadyForQuery ends the start-up and answers nothing.
            if (type == 'Z' && _answers.TryDequeue(out var commit) && commit is not null)
            {
                proxy.CutNow(commit);
                consumed = rest.Start;
                return false;
            }
        }

        consumed = rest.Start;
        return true;
    }

    /// <summary>Takes note of one message of the client; answers the commit to cut before.</summary>
    private WireCommit? Follow(char type, ReadOnlySpan<byte> body)
    {
        switch (type)
        {
            case 'P':
                var name = ReadText(ref body);
                _prepared[name] = ReadText(ref body);
                return null;
            case 'B':
                ReadText(ref body);
                _batch.Add(_prepared.GetValueOrDefault(ReadText(ref body), ""));
                return null;
            case 'Q':
                _batch.Add(ReadText(ref body));
                return EndBatch();
            case 'S':
                return EndBatch();
            default:
                return null;
        }
    }

    private WireCommit? EndBatch()
    {
        _transaction.AddRange(_batch);
        var last = _batch.Count == 0 ? "" : _batch[^1];
        _batch.Clear();
        if (Is(last, "BEGIN"))
        {
            _isInTransaction = true;
        }
        else if (Is(last, "COMMIT") || Is(last, "ROLLBACK"))
        {
            _isInTransaction = false;
        }

        if (_isInTransaction)
        {
            _answers.Enqueue(null);
            return null;
        }

        string[] statements = [.. _transaction];
        _transaction.Clear();
        var commit = Is(last, "ROLLBACK") || !statements.Any(WireCommit.Writes) ? null : new WireCommit(statements);
        var moment = commit is null ? null : proxy.Ask(commit);
        _answers.Enqueue(moment == CutMoment.After ? commit : null);
        return moment == CutMoment.Before ? commit : null;
    }

    private static bool Is(string sql, string verb) => sql.StartsWith(verb, StringComparison.OrdinalIgnoreCase);

    private static bool TryReadMessage(ref ReadOnlySequence<byte> rest, out byte type, out ReadOnlySpan<byte> body)
    {
        type = 0;
        body = default;
        if (rest.Length < MessageHeader || rest.Length < 1 + Length(rest, 1))
        {
            return false;
        }

        Span<byte> first = stackalloc byte[1];
        rest.Slice(0, 1).CopyTo(first);
        type = first[0];
        var length = Length(rest, 1);
        var message = rest.Slice(MessageHeader, length - StartupHeader);
        body = message.IsSingleSegment ? message.FirstSpan : message.ToArray();
        rest = rest.Slice(1 + length);
        return true;
    }

    private static int Length(in ReadOnlySequence<byte> rest, int at)
    {
        Span<byte> bytes = stackalloc byte[StartupHeader];
        rest.Slice(at, StartupHeader).CopyTo(bytes);
        return BinaryPrimitives.ReadInt32BigEndian(bytes);
    }

    private static string ReadText(ref ReadOnlySpan<byte> body)
    {
        var end = body.IndexOf((byte)0);
        var text = Encoding.UTF8.GetString(body[..end]);
        body = body[(end + 1)..];
        return text;
    }

    private delegate bool TakeMessages(in ReadOnlySequence<byte> buffer, out SequencePosition consumed);
}
