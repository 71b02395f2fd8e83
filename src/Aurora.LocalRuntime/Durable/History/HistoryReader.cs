using System.Text;

namespace Aurora.LocalRuntime.Durable.History;

/// <summary>Reads what <see cref="HistoryWriter"/> wrote.</summary>
internal ref struct HistoryReader(ReadOnlySpan<byte> data)
{
    private ReadOnlySpan<byte> _rest = data;

    public byte Byte()
    {
        var value = _rest[0];
        _rest = _rest[1..];
        return value;
    }

    public bool Bool() => Byte() != 0;

    public long Int()
    {
        ulong value = 0;
        var shift = 0;
        while (true)
        {
            var next = Byte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return (long)(value >> 1) ^ -(long)(value & 1);
            }

            shift += 7;
        }
    }

    public string? Text()
    {
        var bytes = (int)Int();
        if (bytes < 0)
        {
            return null;
        }

        var value = Encoding.UTF8.GetString(_rest[..bytes]);
        _rest = _rest[bytes..];
        return value;
    }
}
