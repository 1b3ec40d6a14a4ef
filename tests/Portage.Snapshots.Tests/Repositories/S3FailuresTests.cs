using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Portage.Snapshots.Repositories.S3;

namespace Portage.Snapshots.Tests.Repositories;

/// <summary>What went wrong on the way to a bucket, in words that are ours.</summary>
public sealed class S3FailuresTests
{
    private static readonly S3Location Bucket = new("logs");

    [Theory]
    [InlineData("Failed to resolve AWS credentials. The credential providers used to search for credentials returned the following errors:\n\nException 1 of 5: ...")]
    [InlineData("Unable to get IAM security credentials from EC2 Instance Metadata Service.")]
    public void Say_NothingToLogInWith_SaysWhatToDo(string words)
    {
        var said = S3Failures.Say(new AmazonClientException(words), Bucket);
        Assert.StartsWith("there is nothing to log in with. ", said, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", said, StringComparison.Ordinal);
    }

    /// <summary>Whoever typed a command has no configuration, and the other way round: each is told what there is to write.</summary>
    [Fact]
    public void Say_NothingToLogInWith_NamesThePlaceThatThePersonHas()
    {
        var nothing = new AmazonClientException("Failed to resolve AWS credentials.");
        Assert.EndsWith(
            "Name a secret with keys (migrations.logs.snapshots.main.repository.s3.auth.keys), or read without logging in what everybody may read (migrations.logs.snapshots.main.repository.s3.auth.anonymous)",
            S3Failures.Say(nothing, Bucket with { Names = S3Names.In("migrations.logs.snapshots.main.repository.s3") }),
            StringComparison.Ordinal);
        Assert.EndsWith(
            "Name a secret with keys (--keys), or read without logging in what everybody may read (--anonymous)",
            S3Failures.Say(nothing, Bucket with { Names = new("--keys", "--anonymous", "--path-style", "--region", "--endpoint") }),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Say_RoleIsRefused_NamesTheRole()
    {
        var refusal = new AmazonServiceException("not you") { ErrorCode = "AccessDenied", StatusCode = HttpStatusCode.Forbidden };
        Assert.Equal(
            "the role 'arn:aws:iam::1:role/reader' could not be taken on: 403 AccessDenied: not you",
            S3Failures.Say(new AmazonClientException("Error calling AssumeRole for role arn", refusal), Bucket with { Role = "arn:aws:iam::1:role/reader" }));
    }

    [Fact]
    public void Say_AnythingElse_IsItsFirstLine() =>
        Assert.Equal("it broke", S3Failures.Say(new AmazonClientException("it broke\n   at somewhere"), Bucket with { Login = new S3Login.Anonymous() }));

    [Fact]
    public void NoStore_SomethingElseAnswers_SaysWhatItMayBe()
    {
        var failure = new AmazonS3Exception("") { ErrorCode = "NotFound", StatusCode = HttpStatusCode.NotFound };
        Assert.EndsWith("(404 NotFound): it is no S3 store, has a path before the bucket, or wants the bucket in the host's name (a.pathStyle: false).", S3Failures.NoStore(Bucket with { Endpoint = new("http://store.test"), Names = S3Names.In("a") }, failure), StringComparison.Ordinal);
        Assert.Contains("'logs'", S3Failures.NoBucket(Bucket), StringComparison.Ordinal);
    }
}
