using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Aurora.Benchmarks.Load;

/// <summary>
/// One keep-alive connection that posts, reads the answer and posts again. It writes the next sender into a prepared
/// request and allocates nothing per request: on two cores the client must not be what is measured.
/// </summary>
internal sealed class LoadConnection
{
    private const int SenderDigits = 12;
    private static readonly byte[] HeaderEnd = "\r\n\r\n"u8.ToArray();
    private readonly byte[] _request;
    private readonly int _senderAt;
    private readonly byte[] _answer = new byte[16 * 1024];
    private readonly EndPoint _target;

    public LoadConnection(Uri target, string key, string senderPrefix)
    {
        _target = new IPEndPoint(IPAddress.Loopback, target.Port);
        var sender = senderPrefix + new string('0', SenderDigits);
        var body = $$$"""{"source":"whatsapp","sender_id":"{{{sender}}}","content":"Olá, quero saber mais sobre o plano","metadata":{"origin":"load"}}""";
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"POST /ingest/message HTTP/1.1\r\nHost: {target.Host}:{target.Port}\r\nx-functions-key: {key}\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");
        _request = Encoding.UTF8.GetBytes(text);
        _senderAt = _request.AsSpan().IndexOf(Encoding.UTF8.GetBytes(sender)) + senderPrefix.Length;
    }

    public int Answered { get; private set; }

    public int Refused { get; private set; }

    /// <summary>Ticks of every answered request.</summary>
    public List<long> Latencies { get; } = new(200_000);

    /// <summary>Posts one message after the other until told to stop; every message is from a sender of its own.</summary>
    public async Task RunAsync(Func<long> nextSender, Func<bool> goesOn)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(_target);
        while (goesOn())
        {
            WriteSender(nextSender());
            var started = Stopwatch.GetTimestamp();
            await socket.SendAsync(_request.AsMemory(), SocketFlags.None);
            if (await ReadStatusAsync(socket) == 200)
            {
                Answered++;
                Latencies.Add(Stopwatch.GetTimestamp() - started);
            }
            else
            {
                Refused++;
            }
        }
    }

    private void WriteSender(long sender)
    {
        for (var at = _senderAt + SenderDigits - 1; at >= _senderAt; at--, sender /= 10)
        {
            _request[at] = (byte)('0' + (sender % 10));
        }
    }

    private async ValueTask<int> ReadStatusAsync(Socket socket)
    {
        var filled = 0;
        while (true)
        {
            var read = await socket.ReceiveAsync(_answer.AsMemory(filled), SocketFlags.None);
            if (read == 0)
            {
                throw new IOException("The app closed the connection.");
            }

            filled += read;
            if (IsComplete(_answer.AsSpan(0, filled)))
            {
                return ((_answer[9] - '0') * 100) + ((_answer[10] - '0') * 10) + (_answer[11] - '0');
            }
        }
    }

    private static bool IsComplete(ReadOnlySpan<byte> answer)
    {
        var head = answer.IndexOf(HeaderEnd);
        if (head < 0)
        {
            return false;
        }

        var length = answer[..head].IndexOf("Content-Length: "u8);
        if (length < 0)
        {
            return answer.EndsWith("0\r\n\r\n"u8);
        }

        var digits = answer[(length + 16)..head];
        var end = digits.IndexOf((byte)'\r');
        _ = int.TryParse(end < 0 ? digits : digits[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var body);
        return answer.Length >= head + HeaderEnd.Length + body;
    }
}
