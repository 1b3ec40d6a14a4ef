using System.Buffers.Binary;

namespace Portage.Fuzz;

/// <summary>Damages bytes in the ways that parsers are least prepared for. The same seed gives the same damage.</summary>
internal sealed class Mutator(Random random)
{
    private static readonly long[] Awkward =
        [0, 1, -1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x10000, int.MaxValue, int.MinValue, uint.MaxValue, 1L << 32, long.MaxValue, long.MinValue, 1 << 20, 1 << 28, 1 << 30];

    /// <summary>A damaged copy.</summary>
    /// <param name="other">Another sound input, of which a piece may be taken.</param>
    public byte[] Damage(byte[] sound, byte[] other)
    {
        var bytes = sound.ToArray();
        for (var changes = 1 << random.Next(4); changes > 0; changes--)
        {
            bytes = Change(bytes, other);
        }

        return bytes;
    }

    private byte[] Change(byte[] bytes, byte[] other)
    {
        if (bytes.Length == 0)
        {
            return [(byte)random.Next(256)];
        }

        var at = Place(bytes.Length);
        switch (random.Next(10))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 1:
                bytes[at] = (byte)random.Next(256);
                return bytes;
            case 2:
                bytes[at] = (byte)(bytes[at] + random.Next(-4, 5));
                return bytes;
            case 3:
                WriteNumber(bytes.AsSpan(at));
                return bytes;
            case 4:
                WriteVInt(bytes.AsSpan(at));
                return bytes;
            case 5:
                return bytes[..at];
            case 6:
                // A piece twice, or gone.
                var end = Math.Min(bytes.Length, at + 1 + random.Next(32));
                return random.Next(2) == 0 ? [.. bytes[..end], .. bytes[at..]] : [.. bytes[..at], .. bytes[end..]];
            case 7:
                var (from, length) = (random.Next(other.Length + 1), 1 + random.Next(64));
                var piece = other.AsSpan(from, Math.Min(length, other.Length - from));
                return random.Next(2) == 0 ? [.. bytes[..at], .. piece, .. bytes[at..]] : [.. bytes[..at], .. piece, .. bytes[Math.Min(bytes.Length, at + piece.Length)..]];
            case 8:
                bytes.AsSpan(at, Math.Min(bytes.Length - at, 1 + random.Next(16))).Fill((byte)(random.Next(3) switch { 0 => 0, 1 => 0xFF, _ => random.Next(256) }));
                return bytes;
            default:
                return [.. bytes[..at], .. Enumerable.Range(0, 1 + random.Next(8)).Select(_ => (byte)random.Next(256)), .. bytes[at..]];
        }
    }

    // What decides about lengths stands at the beginning, and at the end.
    private int Place(int length) => random.Next(4) switch
    {
        0 => random.Next(Math.Min(length, 64)),
        1 => length - 1 - random.Next(Math.Min(length, 64)),
        _ => random.Next(length),
    };

    private void WriteNumber(Span<byte> to)
    {
        Span<byte> number = stackalloc byte[8];
        var value = Awkward[random.Next(Awkward.Length)];
        var size = 1 << random.Next(4);
        if (random.Next(2) == 0)
        {
            BinaryPrimitives.WriteInt64LittleEndian(number, value);
            number[..Math.Min(size, to.Length)].CopyTo(to);
        }
        else
        {
            BinaryPrimitives.WriteInt64BigEndian(number, value);
            number[(8 - size)..][..Math.Min(size, to.Length)].CopyTo(to);
        }
    }

    private void WriteVInt(Span<byte> to)
    {
        var value = (ulong)Awkward[random.Next(Awkward.Length)];
        for (var i = 0; i < to.Length && i < 10; i++)
        {
            to[i] = (byte)(value < 0x80 ? value : (value & 0x7F) | 0x80);
            value >>= 7;
            if (value == 0)
            {
                return;
            }
        }
    }
}
