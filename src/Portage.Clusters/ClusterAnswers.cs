using System.Text.Json;
using Portage.Clusters.Failures;

namespace Portage.Clusters;

/// <summary>Requests whose answers have a known shape.</summary>
internal static class ClusterAnswers
{
    /// <summary>Sends a request and reads its answer; one of another shape is a <see cref="ClusterProtocolException"/>.</summary>
    public static async Task<T> ReadAsync<T>(
        this ClusterClient client, HttpMethod method, string path, ReadOnlyMemory<byte>? body, Func<ReadOnlyMemory<byte>, T> read, CancellationToken cancellationToken)
    {
        var answer = await client.RequestAsync(method, path, body, cancellationToken);
        return client.Read($"{method} {path}", answer, read);
    }

    /// <summary>As <see cref="ReadAsync"/> of a GET, but null for 404.</summary>
    public static async Task<T?> ReadIfFoundAsync<T>(this ClusterClient client, string path, Func<ReadOnlyMemory<byte>, T> read, CancellationToken cancellationToken)
        where T : class
    {
        var answer = await client.FindAsync(HttpMethod.Get, path, cancellationToken);
        return answer is { } found ? client.Read($"GET {path}", found, read) : null;
    }

    /// <summary>Deletes something; false when it was not there.</summary>
    public static async Task<bool> DeleteIfFoundAsync(this ClusterClient client, string path, CancellationToken cancellationToken) =>
        await client.FindAsync(HttpMethod.Delete, path, cancellationToken) is not null;

    public static T Read<T>(this ClusterClient client, string request, ReadOnlyMemory<byte> answer, Func<ReadOnlyMemory<byte>, T> read)
    {
        try
        {
            return read(answer);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            // JsonElement reports a missing property or another type so; all of it is an answer that the protocol does not allow.
            throw new ClusterProtocolException(client.Connection.Endpoint, request, $"JSON of an unknown shape ({e.Message.TrimEnd('.')})");
        }
    }

    /// <summary>Writes a small body.</summary>
    public static ReadOnlyMemory<byte> Body(Action<Utf8JsonWriter> write)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            write(writer);
        }

        return buffer.WrittenMemory;
    }
}
