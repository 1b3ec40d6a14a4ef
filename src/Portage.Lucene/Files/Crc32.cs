using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Portage.Lucene.Files;

/// <summary>The CRC-32 of zip, zlib and Lucene's footers (polynomial 0xEDB88320, reflected), computed piece by piece.</summary>
/// <remarks>
/// Where the processor multiplies without carries, 64 bytes are folded at a time, after Gopal et al., "Fast CRC Computation for
/// Generic Polynomials Using PCLMULQDQ Instruction" (Intel, 2009); elsewhere, and for the rest, eight tables are used.
/// A mutable value: keep it in a field, or pass it by reference.
/// </remarks>
public struct Crc32 : IEquatable<Crc32>
{
    private const uint Polynomial = 0xEDB88320;

    // Below this the folding does not pay for its reduction.
    private const int FoldedBytesMin = 128;

    private static readonly uint[] Tables = MakeTables();

    // Complemented, so that default(Crc32) is the checksum of nothing.
    private uint _state;

    /// <summary>The checksum of everything appended so far.</summary>
    public readonly uint Value => _state;

    /// <summary>The checksum of some bytes.</summary>
    public static uint Compute(ReadOnlySpan<byte> bytes)
    {
        var crc = default(Crc32);
        crc.Append(bytes);
        return crc.Value;
    }

    /// <summary>Goes on with the bytes that follow.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        var crc = ~_state;
        if (Pclmulqdq.IsSupported && bytes.Length >= FoldedBytesMin)
        {
            var folded = bytes.Length & ~15;
            crc = Fold(crc, bytes[..folded]);
            bytes = bytes[folded..];
        }

        _state = ~AppendByTable(crc, bytes);
    }

    /// <inheritdoc/>
    public readonly bool Equals(Crc32 other) => _state == other._state;

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is Crc32 other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode() => (int)_state;

    /// <summary>Two states are equal when the bytes so far have the same checksum.</summary>
    public static bool operator ==(Crc32 left, Crc32 right) => left.Equals(right);

    /// <summary>The opposite of equality.</summary>
    public static bool operator !=(Crc32 left, Crc32 right) => !left.Equals(right);

    /// <summary>The same without intrinsics; what processors without them run, and what tests compare with.</summary>
    internal static uint AppendByTable(uint crc, ReadOnlySpan<byte> bytes)
    {
        var tables = Tables;
        while (bytes.Length >= 8)
        {
            var low = crc ^ BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            var high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            crc = tables[(7 * 256) + (int)(low & 0xFF)]
                ^ tables[(6 * 256) + (int)((low >> 8) & 0xFF)]
                ^ tables[(5 * 256) + (int)((low >> 16) & 0xFF)]
                ^ tables[(4 * 256) + (int)(low >> 24)]
                ^ tables[(3 * 256) + (int)(high & 0xFF)]
                ^ tables[(2 * 256) + (int)((high >> 8) & 0xFF)]
                ^ tables[256 + (int)((high >> 16) & 0xFF)]
                ^ tables[(int)(high >> 24)];
            bytes = bytes[8..];
        }

        foreach (var value in bytes)
        {
            crc = tables[(int)((crc ^ value) & 0xFF)] ^ (crc >> 8);
        }

        return crc;
    }

    // The constants are x^n mod P for the distances folded over, bit-reflected: n = 4*128+32 and 4*128-32 (four lanes),
    // 128+32 and 128-32 (one lane), 64; then P itself and the Barrett quotient x^64 / P.
    private static uint Fold(uint crc, ReadOnlySpan<byte> bytes)
    {
        ref var source = ref MemoryMarshal.GetReference(bytes);
        var fourLanes = Vector128.Create(0x0154442bd4UL, 0x01c6e41596UL);
        var oneLane = Vector128.Create(0x01751997d0UL, 0x00ccaa009eUL);

        var x0 = Load(ref source, 0) ^ Vector128.Create(crc, 0u, 0u, 0u).AsUInt64();
        var x1 = Load(ref source, 16);
        var x2 = Load(ref source, 32);
        var x3 = Load(ref source, 48);
        var position = 64;
        for (; position <= bytes.Length - 64; position += 64)
        {
            x0 = FoldLane(x0, fourLanes) ^ Load(ref source, position);
            x1 = FoldLane(x1, fourLanes) ^ Load(ref source, position + 16);
            x2 = FoldLane(x2, fourLanes) ^ Load(ref source, position + 32);
            x3 = FoldLane(x3, fourLanes) ^ Load(ref source, position + 48);
        }

        var x = FoldLane(x0, oneLane) ^ x1;
        x = FoldLane(x, oneLane) ^ x2;
        x = FoldLane(x, oneLane) ^ x3;
        for (; position <= bytes.Length - 16; position += 16)
        {
            x = FoldLane(x, oneLane) ^ Load(ref source, position);
        }

        // 128 bits to 64, then to 32 by Barrett.
        var low32 = Vector128.Create(0xFFFFFFFFUL, 0xFFFFFFFFUL);
        x = Pclmulqdq.CarrylessMultiply(x, oneLane, 0x10) ^ Sse2.ShiftRightLogical128BitLane(x, 8);
        x = Pclmulqdq.CarrylessMultiply(x & low32, Vector128.Create(0x0163cd6124UL, 0UL), 0x00) ^ Sse2.ShiftRightLogical128BitLane(x, 4);
        var barrett = Vector128.Create(0x01db710641UL, 0x01f7011641UL);
        var quotient = Pclmulqdq.CarrylessMultiply(x & low32, barrett, 0x10);
        x ^= Pclmulqdq.CarrylessMultiply(quotient & low32, barrett, 0x00);
        return x.AsUInt32().GetElement(1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> FoldLane(Vector128<ulong> lane, Vector128<ulong> constants) =>
        Pclmulqdq.CarrylessMultiply(lane, constants, 0x00) ^ Pclmulqdq.CarrylessMultiply(lane, constants, 0x11);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Load(ref byte source, int offset) =>
        Vector128.LoadUnsafe(ref source, (nuint)offset).AsUInt64();

    private static uint[] MakeTables()
    {
        var tables = new uint[8 * 256];
        for (var i = 0u; i < 256; i++)
        {
            var crc = i;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ Polynomial;
            }

            tables[i] = crc;
        }

        for (var i = 256; i < tables.Length; i++)
        {
            tables[i] = tables[tables[i - 256] & 0xFF] ^ (tables[i - 256] >> 8);
        }

        return tables;
    }
}
