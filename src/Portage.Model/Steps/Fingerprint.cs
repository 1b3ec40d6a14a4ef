using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Portage.Model.Steps;

/// <summary>SHA-256 over canonical text. Equal fingerprints mean equal inputs.</summary>
/// <remarks>Kept as its 32 bytes: a controller has tens of thousands of them, and their digits took five times as much.</remarks>
public readonly record struct Fingerprint
{
    private readonly ulong _first;
    private readonly ulong _second;
    private readonly ulong _third;
    private readonly ulong _fourth;

    /// <summary>The fingerprint of these digits.</summary>
    /// <param name="hex">64 hexadecimal digits.</param>
    /// <exception cref="FormatException">They are not.</exception>
    public Fingerprint(string hex)
        : this(Encoding.UTF8.GetBytes(hex))
    {
    }

    /// <summary>The same of digits as UTF-8.</summary>
    /// <exception cref="FormatException">They are not 64 hexadecimal digits.</exception>
    public Fingerprint(ReadOnlySpan<byte> hex)
    {
        Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
        if (Convert.FromHexString(hex, bytes, out _, out var written) != OperationStatus.Done || written != bytes.Length)
        {
            throw new FormatException("Not the 64 hexadecimal digits of a fingerprint.");
        }

        this = From(bytes);
    }

    private Fingerprint(ReadOnlySpan<ulong> parts) => (_first, _second, _third, _fourth) = (parts[0], parts[1], parts[2], parts[3]);

    /// <summary>64 hexadecimal digits, in lower case. Made at each call.</summary>
    public string Hex
    {
        get
        {
            ReadOnlySpan<ulong> parts = [_first, _second, _third, _fourth];
            return Convert.ToHexStringLower(MemoryMarshal.AsBytes(parts));
        }
    }

    /// <summary>The fingerprint of a text.</summary>
    public static Fingerprint Of(string canonical) => Of(Encoding.UTF8.GetBytes(canonical));

    /// <summary>The fingerprint of bytes.</summary>
    public static Fingerprint Of(ReadOnlySpan<byte> canonical)
    {
        Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(canonical, bytes);
        return From(bytes);
    }

    /// <summary>The first eight digits: enough to tell plans of one session apart, and to type.</summary>
    public string Short => Hex[..8];

    /// <inheritdoc/>
    public override string ToString() => Hex;

    private static Fingerprint From(ReadOnlySpan<byte> bytes) => new(MemoryMarshal.Cast<byte, ulong>(bytes));
}
