using System.Net;
using System.Text;
using System.Text.Json;
using Google;
using Google.Apis.Auth.OAuth2.Responses;
using Portage.Snapshots.Repositories.Remote;

namespace Portage.Snapshots.Repositories.Gcs;

/// <summary>What Google and its client say, in words that tell what to do.</summary>
internal static class GcsFailures
{
    // An error is a sentence or two; whatever is longer is a page of somebody else's.
    private const int ErrorBytesMax = 16 * 1024;

    /// <summary>There is nothing to log in with.</summary>
    public static string NoLogin(Exception failure) =>
        failure.Message.Contains("were not found", StringComparison.Ordinal)
            ? "there is nothing to log in with. The environment names no file (GOOGLE_APPLICATION_CREDENTIALS), Google's tools are not logged in, and this machine has no account. Name a key (auth.key), or read without logging in what everybody may read (auth.anonymous)"
            : RemoteFailures.FirstLine(failure.Message);

    /// <summary>Google has no bucket of the name.</summary>
    public static string NoBucket(GcsLocation at) =>
        $"{(at.Endpoint is { } endpoint ? $"What answers at {endpoint}" : "Google Cloud Storage")} has no bucket '{at.Bucket}'. Compare the name{(at.Endpoint is null ? "" : ", and whether that is the store that it is in")}.";

    /// <summary>Why an answer is none.</summary>
    public static RepositoryException Of(Exception failure, string path, GcsLocation at, bool ofBucket) => failure switch
    {
        GoogleApiException refused => Of(refused.HttpStatusCode, refused.Error?.Message, path, at, ofBucket),
        TokenResponseException login => new BlobUnreadableException(path, at.ToString(), new IOException($"the login was refused: {login.Error?.Error ?? "no reason given"}{(login.Error?.ErrorDescription is { Length: > 0 } words ? $": {RemoteFailures.FirstLine(words)}" : "")}", login)) { IsTransient = login.StatusCode is null || RemoteFailures.IsTransient(login.StatusCode.Value) },
        OperationCanceledException => new BlobUnreadableException(path, at.ToString(), new TimeoutException("no answer in time", failure)) { IsTransient = true },
        InvalidOperationException => new BlobUnreadableException(path, at.ToString(), new IOException(NoLogin(failure), failure)),
        _ => new BlobUnreadableException(path, at.ToString(), new IOException(RemoteFailures.FirstLine(failure.GetBaseException().Message), failure)) { IsTransient = !RemoteFailures.IsOfTrust(failure) },
    };

    /// <summary>Why an answer is none, by its number.</summary>
    /// <param name="said">What the answer says; null where that is nothing.</param>
    /// <param name="ofBucket">Whether the bucket was asked for, and not one of its objects.</param>
    public static RepositoryException Of(HttpStatusCode status, string? said, string path, GcsLocation at, bool ofBucket)
    {
        var words = $"{(int)status} {status}{(string.IsNullOrWhiteSpace(said) ? "" : $": {RemoteFailures.FirstLine(said)}")}";
        return status switch
        {
            HttpStatusCode.NotFound when ofBucket => new RepositoryNotFoundException(at.ToString(), NoBucket(at)),
            HttpStatusCode.NotFound => new BlobNotFoundException(path, at.ToString()),
            HttpStatusCode.Unauthorized when at.Login is GcsLogin.Anonymous => Refused($"{words} (the bucket is not open to everybody, and no login is given: auth.key)"),
            HttpStatusCode.Unauthorized => Refused($"{words} (the login is refused)"),
            HttpStatusCode.Forbidden => Refused($"{words} (the login is known, and may not do it: it needs storage.objects.list and storage.objects.get)"),
            _ => Refused(words),
        };

        BlobUnreadableException Refused(string why) => new(path, at.ToString(), new IOException(why)) { IsTransient = RemoteFailures.IsTransient(status) };
    }

    /// <summary>What an answer says that is none; null where that is nothing. A sentence of plain text, or an object <c>{"error":{"message"}}</c>.</summary>
    public static async Task<string?> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        try
        {
            await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
            var bytes = new byte[ErrorBytesMax];
            var length = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
            if (answer.Content.Headers.ContentType?.MediaType == "text/plain")
            {
                return Encoding.UTF8.GetString(bytes, 0, length);
            }

            using var json = JsonDocument.Parse(bytes.AsMemory(0, length));
            return json.RootElement.GetProperty("error").GetProperty("message").GetString();
        }
        catch (Exception unlike) when (unlike is JsonException or KeyNotFoundException or InvalidOperationException or IOException or HttpRequestException)
        {
            return null;
        }
    }
}
