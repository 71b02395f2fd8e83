using System.Text;

namespace Aurora.LocalRuntime.Durable.History;

/// <summary>Grows a pooled buffer; integers as varints, text as length and UTF-8.</summary>
internal sealed class HistoryWriter
{
    [ThreadStatic]
    private static HistoryWriter? _cached;

    private byte[] _buffer = new byte[1024];
    private int _length;

    public static HistoryWriter Rent()
    {
        var writer = _cached ?? new HistoryWriter();
        _cached = null;
        writer._length = 0;
        return writer;
    }

    public byte[] ToArrayAndReturn()
    {
        var result = _buffer.AsSpan(0, _length).ToArray();
        if (_buffer.Length <= 64 * 1024)
        {
            _cached = this;
        }

        return result;
    }

    public void Byte(byte value)
    {
        Reserve(1);
        _buffer[_length++] = value;
    }

    public void Bool(bool value) => Byte(value ? (byte)1 : (byte)0);

    public void Int(long value)
    {
        Reserve(10);
        var rest = (ulong)((value << 1) ^ (value >> 63));
        while (rest >= 0x80)
        {
            _buffer[_length++] = (byte)(rest | 0x80);
            rest >>= 7;
        }

        _buffer[_length++] = (byte)rest;
    }

    public void Text(string? value)
    {
        if (value is null)
        {
            Int(-1);
            return;
        }

        var bytes = Encoding.UTF8.GetByteCount(value);
        Int(bytes);
        Reserve(bytes);
        _length += Encoding.UTF8.GetBytes(value, _buffer.AsSpan(_length));
    }

    private void Reserve(int bytes)
    {
        if (_buffer.Length - _length >= bytes)
        {
            return;
        }

        var larger = new byte[Math.Max(_buffer.Length * 2, _length + bytes)];
        _buffer.AsSpan(0, _length).CopyTo(larger);
        _buffer = larger;
    }
}
