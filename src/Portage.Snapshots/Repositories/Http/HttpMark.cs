using System.Net;
using System.Net.Http.Headers;

namespace Portage.Snapshots.Repositories.Http;

/// <summary>What tells one state of a file from another.</summary>
/// <param name="Tag">Its ETag; null where the server gives none.</param>
/// <param name="Modified">When it was changed last; null where the server does not say.</param>
/// <param name="Length">Of the whole file, in bytes; null where the server does not say.</param>
internal sealed record HttpMark(EntityTagHeaderValue? Tag, DateTimeOffset? Modified, long? Length)
{
    public static HttpMark Of(HttpResponseMessage answer) => new(
        answer.Headers.ETag,
        answer.Content.Headers.LastModified,
        answer.Content.Headers.ContentRange is { } range ? range.Length : answer.StatusCode == HttpStatusCode.PartialContent ? null : answer.Content.Headers.ContentLength);

    /// <summary>True where nothing says that it is another one.</summary>
    public bool Fits(HttpMark other) =>
        (Length is not { } length || other.Length is not { } otherLength || length == otherLength)
        && (Tag is { } tag && other.Tag is { } otherTag ? tag.Equals(otherTag)
            : Modified is not { } modified || other.Modified is not { } otherModified || modified == otherModified);

    /// <summary>Asks for this very state and no other. A weak tag cannot be asked for; it is compared when the answer is there.</summary>
    public void Require(HttpRequestMessage request)
    {
        if (Tag is { IsWeak: false } tag)
        {
            request.Headers.IfMatch.Add(tag);
        }
        else if (Tag is null && Modified is { } modified)
        {
            request.Headers.IfUnmodifiedSince = modified;
        }
    }

    /// <summary>As <c>ETag "5f3a"</c>.</summary>
    public override string ToString() => Tag is { } tag ? $"ETag {tag}" : Modified is { } modified ? $"of {modified:u}" : $"{Length:N0} bytes";
}
