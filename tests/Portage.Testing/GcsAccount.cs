using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Portage.Testing;

/// <summary>A service account of a <see cref="GcsServer"/>, with a key of its own.</summary>
/// <param name="mail">What it is called.</param>
public sealed class GcsAccount(string mail) : IDisposable
{
    private static readonly JsonSerializerOptions AsGoogleWrites = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, WriteIndented = true };

    private readonly RSA _key = RSA.Create(2048);

    /// <summary>What it is called.</summary>
    public string Mail => mail;

    /// <summary>False for one that may look at nothing.</summary>
    public bool MayRead { get; init; } = true;

    /// <summary>The last token that it was given; null before the first.</summary>
    public string? Token { get; private set; }

    /// <summary>The key's file, as Google gives it.</summary>
    /// <param name="tokens">Where tokens are given.</param>
    public string KeyFile(string tokens) => JsonSerializer.Serialize(new Dictionary<string, string>
    {
        ["type"] = "service_account",
        ["project_id"] = "portage",
        ["private_key_id"] = "1",
        ["private_key"] = _key.ExportPkcs8PrivateKeyPem(),
        ["client_email"] = mail,
        ["client_id"] = "1",
        ["token_uri"] = tokens,
    }, AsGoogleWrites);

    /// <summary>The middle of the private key: what may be seen nowhere.</summary>
    public string Secret => _key.ExportPkcs8PrivateKeyPem().Split('\n')[5];

    /// <summary>Gives a token for an assertion (RFC 7523) that this account has signed; null where it has not.</summary>
    public string? Give(string assertion)
    {
        if (assertion.Split('.') is not [var header, var claims, var signature]
            || !_key.VerifyData(Encoding.ASCII.GetBytes($"{header}.{claims}"), Base64Url.DecodeFromChars(signature), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))
        {
            return null;
        }

        using var said = JsonDocument.Parse(Base64Url.DecodeFromChars(claims));
        Scope = said.RootElement.GetProperty("scope").GetString();
        return said.RootElement.GetProperty("iss").GetString() == mail ? Token = $"ya29.{RandomNumberGenerator.GetHexString(32)}" : null;
    }

    /// <summary>What the last token was asked for.</summary>
    public string? Scope { get; private set; }

    /// <summary>Forgets the token: whoever still shows it is refused.</summary>
    public void Expire() => Token = null;

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();
}
