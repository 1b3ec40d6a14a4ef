using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace Portage.Testing;

/// <summary>Puts objects into the S3 server of <see cref="RealServer.S3Async"/>.</summary>
public static class S3Objects
{
    /// <summary>The access key of that server.</summary>
    public const string AccessKey = "portage";

    /// <summary>The secret key of that server.</summary>
    public const string SecretKey = "portage-secret";

    /// <summary>Makes a bucket and fills it. Through the server: it lists no file that it has not written itself, where a disk has attributes.</summary>
    public static async Task FillAsync(RealServer server, string bucket, IEnumerable<KeyValuePair<string, byte[]>> objects, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.Combine(server.Data, bucket));

        // The server knows neither checksums that follow a body nor bodies in signed chunks.
        var config = new AmazonS3Config { ServiceURL = server.Endpoint, ForcePathStyle = true, RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED };
        using var client = new AmazonS3Client(AccessKey, SecretKey, config);
        await Parallel.ForEachAsync(objects, cancellationToken, async (one, token) =>
        {
            using var content = new MemoryStream(one.Value);
            await client.PutObjectAsync(new PutObjectRequest { BucketName = bucket, Key = one.Key, InputStream = content, UseChunkEncoding = false }, token);
        });
    }

    /// <summary>The same with every file of a folder, below a prefix.</summary>
    public static Task FillAsync(RealServer server, string bucket, string prefix, string folder, CancellationToken cancellationToken) =>
        FillAsync(
            server,
            bucket,
            Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(file => KeyValuePair.Create($"{prefix}/{Path.GetRelativePath(folder, file).Replace('\\', '/')}", File.ReadAllBytes(file))),
            cancellationToken);
}
