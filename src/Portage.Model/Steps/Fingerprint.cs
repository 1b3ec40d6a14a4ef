using System.Security.Cryptography;
using System.Text;

namespace Portage.Model.Steps;

/// <summary>SHA-256 over canonical text, in lower-case hexadecimal. Equal fingerprints mean equal inputs.</summary>
/// <param name="Hex">64 hexadecimal digits.</param>
public readonly record struct Fingerprint(string Hex)
{
    /// <summary>The fingerprint of a text.</summary>
    public static Fingerprint Of(string canonical) => Of(Encoding.UTF8.GetBytes(canonical));

    /// <summary>The fingerprint of bytes.</summary>
    public static Fingerprint Of(ReadOnlySpan<byte> canonical) => new(Convert.ToHexStringLower(SHA256.HashData(canonical)));

    /// <summary>The first eight digits: enough to tell plans of one session apart, and to type.</summary>
    public string Short => Hex[..8];

    /// <inheritdoc/>
    public override string ToString() => Hex;
}
