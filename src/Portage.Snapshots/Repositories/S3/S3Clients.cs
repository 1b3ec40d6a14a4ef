using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using Amazon.S3;

namespace Portage.Snapshots.Repositories.S3;

/// <summary>Makes clients of object stores.</summary>
internal static class S3Clients
{
    // What a store refuses for a moment (503 SlowDown, a lost connection) is tried this often again, after longer and longer pauses.
    private const int RetriesMax = 5;

    private const string RegionByDefault = "us-east-1";

    // Until the answer begins. Windows are a few MiB: whatever takes longer is lost.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(10);

    /// <exception cref="AmazonClientException">Nothing to log in with was found.</exception>
    public static AmazonS3Client Of(S3Location location)
    {
        var region = location.Region ?? FallbackRegionFactory.GetRegionEndpoint()?.SystemName ?? RegionByDefault;
        var config = new AmazonS3Config
        {
            MaxErrorRetry = RetriesMax,
            RetryMode = RequestRetryMode.Standard,
            Timeout = Patience,
            ConnectTimeout = ConnectPatience,
            ForcePathStyle = location.PathStyle ?? location.Endpoint is not null,

            // Many stores that are not AWS know no other checksums than their own; what is read is compared with the repository's.
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
        };
        if (location.Endpoint is { } endpoint)
        {
            (config.ServiceURL, config.AuthenticationRegion) = (endpoint.ToString(), region);
        }
        else
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }

        return new(Credentials(location), config);
    }

    private static AWSCredentials Credentials(S3Location location)
    {
        AWSCredentials own = location.Login switch
        {
            S3Login.Anonymous => new AnonymousAWSCredentials(),
            S3Login.Keys { SessionToken: { } token } keys => new SessionAWSCredentials(keys.AccessKey, keys.SecretKey, token),
            S3Login.Keys keys => new BasicAWSCredentials(keys.AccessKey, keys.SecretKey),
            _ => DefaultAWSCredentialsIdentityResolver.GetCredentials(),
        };
        return location.Role is not { } role ? own
            : new AssumeRoleAWSCredentials(own, role, "portage");
    }
}
