using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Portage.Clusters.Failures;

namespace Portage.Clusters.Auth;

/// <summary>Decides which server certificates a connection accepts, and says why one is not.</summary>
internal static class ServerCertificates
{
    /// <summary>The TLS options of a connection.</summary>
    /// <exception cref="CaFileException">The CA file cannot be used.</exception>
    public static SslClientAuthenticationOptions OptionsFor(ClusterConnection connection)
    {
        var options = new SslClientAuthenticationOptions();
        if (connection.AllowInsecure)
        {
            // What the user asked for by name; every plan and check shows it.
#pragma warning disable CA5359 // The whole meaning of AllowInsecure.
            options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
            return options;
        }

        if (connection.CaFile is { } file)
        {
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,

                // Private authorities rarely publish revocation lists, and the .NET default checks none either.
                RevocationMode = X509RevocationMode.NoCheck,
            };
            foreach (var certificate in Load(connection.Endpoint, file))
            {
                // An intermediate authority in the file helps to build the chain; trust starts at a self-signed one.
                var isRoot = certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);
                (isRoot ? policy.CustomTrustStore : policy.ExtraStore).Add(certificate);
            }

            options.CertificateChainPolicy = policy;
        }

        var host = connection.Uri.IdnHost;
        options.RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
            errors == SslPolicyErrors.None ? true : throw Refusal(host, certificate as X509Certificate2, chain, errors, connection.CaFile);
        return options;
    }

    private static X509Certificate2Collection Load(string endpoint, string file)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new CaFileException(endpoint, file, e.Message, e);
        }

        return certificates.Count > 0 ? certificates : throw new CaFileException(endpoint, file, "it holds no PEM certificate ('-----BEGIN CERTIFICATE-----').");
    }

    private static CertificateRefusedException Refusal(string host, X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors, string? caFile)
    {
        if (certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
        {
            return new(UnreachableCause.CertificateNotTrusted, "the server shows no certificate");
        }

        // A chain that is not trusted says more than a name that does not fit; a wrong host is reported when it is all that is wrong.
        if (!errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            return new(UnreachableCause.HostnameMismatch, $"its certificate is for {NamesIn(certificate)}, not for '{host}'");
        }

        var status = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (flags, one) => flags | one.Status) ?? X509ChainStatusFlags.NoError;
        var trustedBy = caFile is null ? "the system" : $"the CA file '{caFile}'";
        return new(UnreachableCause.CertificateNotTrusted, status.HasFlag(X509ChainStatusFlags.NotTimeValid)
            ? $"its certificate '{certificate.Subject}' (or an authority above it) is not valid now; its own dates are {certificate.NotBefore.ToUniversalTime():u} to {certificate.NotAfter.ToUniversalTime():u}"
            : $"its certificate '{certificate.Subject}', issued by '{certificate.Issuer}', is not signed by an authority that {trustedBy} trusts ({status})");
    }

    private static string NamesIn(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(extension => extension.EnumerateDnsNames().Concat(extension.EnumerateIPAddresses().Select(address => address.ToString())))
            .ToList();
        return names.Count > 0 ? string.Join(", ", names.Select(name => $"'{name}'")) : $"'{certificate.Subject}'";
    }
}

/// <summary>Carries the reason out of the TLS handshake, which wraps whatever its callback throws.</summary>
internal sealed class CertificateRefusedException(UnreachableCause cause, string why) : AuthenticationException(why)
{
    public UnreachableCause Cause => cause;
}
