using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Portage.Sandbox.Http;

/// <summary>An answer, complete: nothing is streamed, so that an error is never found half-way.</summary>
internal sealed record ApiReply(int Status, string ContentType, ReadOnlyMemory<byte> Body)
{
    public const string JsonType = "application/json; charset=UTF-8";
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 1_100, SkipValidation = true };

    /// <summary>Further headers, in order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    public static ApiReply Acknowledged { get; } = Json(200, json =>
    {
        json.WriteStartObject();
        json.WriteBoolean("acknowledged", true);
        json.WriteEndObject();
    });

    public static ApiReply Json(int status, Action<Utf8JsonWriter> write) => new(status, JsonType, JsonBytes(write));

    public static ApiReply Text(int status, string text) => new(status, "text/plain; charset=UTF-8", Encoding.UTF8.GetBytes(text));

    /// <summary>An error that is a sentence only: what the real server answers where no handler is found.</summary>
    public static ApiReply PlainError(int status, string sentence, bool withStatus) => Json(status, json =>
    {
        json.WriteStartObject();
        json.WriteString("error", sentence);
        if (withStatus)
        {
            json.WriteNumber("status", status);
        }

        json.WriteEndObject();
    });

    public static byte[] JsonBytes(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, WriterOptions))
        {
            write(json);
        }

        return buffer.WrittenSpan.ToArray();
    }
}
