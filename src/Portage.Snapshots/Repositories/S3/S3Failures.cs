using Amazon.Runtime;
using Portage.Snapshots.Repositories.Remote;

namespace Portage.Snapshots.Repositories.S3;

/// <summary>What a store and its client say, in words that tell what to do.</summary>
internal static class S3Failures
{
    /// <summary>The store has no bucket of the name.</summary>
    public static string NoBucket(S3Location at) =>
        $"The store has no bucket '{at.Bucket}'. {(at.Endpoint is null ? $"Compare the name; a bucket of another partition of AWS (China, GovCloud) needs its region ({at.Names.Region})." : $"Compare the name, and whether {at.Endpoint} ({at.Names.Endpoint}) is the store that it is in.")}";

    /// <summary>There is an answer, and it is none of a store that has the bucket.</summary>
    public static string NoStore(S3Location at, AmazonServiceException failure) =>
        $"What answers {(at.Endpoint is { } endpoint ? $"at {endpoint} " : "")}does not know the bucket '{at.Bucket}' by its address ({Say(failure)}): it is no S3 store, has a path before the bucket, or wants the bucket {((at.PathStyle ?? at.Endpoint is not null) ? $"in the host's name ({at.Names.PathStyle} false)" : $"in the path ({at.Names.PathStyle} true)")}.";

    /// <summary>As <c>403 SignatureDoesNotMatch: The request signature …</c>; a HEAD has no more than the number.</summary>
    public static string Say(AmazonServiceException failure) =>
        string.IsNullOrEmpty(failure.ErrorCode) || failure.ErrorCode == failure.StatusCode.ToString() ? $"{(int)failure.StatusCode} {failure.StatusCode}" : $"{(int)failure.StatusCode} {failure.ErrorCode}: {failure.Message}";

    /// <summary>Why nothing was sent at all: as a rule there is nothing to log in with.</summary>
    public static string Say(AmazonClientException failure, S3Location at)
    {
        if (at.Role is { } role && (failure.Message.Contains("AssumeRole", StringComparison.Ordinal) || failure.InnerException is AmazonServiceException))
        {
            return $"the role '{role}' could not be taken on: {(failure.InnerException is AmazonServiceException refusal ? Say(refusal) : RemoteFailures.FirstLine(failure.Message))}";
        }

        return at.Login is S3Login.Found && failure.Message.Contains("redential", StringComparison.Ordinal)
            ? $"there is nothing to log in with. The environment has no keys (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY), there is no profile of theirs, and this machine has no role. Name a secret with keys ({at.Names.Keys}), or read without logging in what everybody may read ({at.Names.Anonymous})"
            : RemoteFailures.FirstLine(failure.Message);
    }
}
