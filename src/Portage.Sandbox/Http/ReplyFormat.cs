using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Portage.Sandbox.Http;

/// <summary>The looks every endpoint offers: <c>filter_path</c> (includes and excludes) and <c>pretty</c>.</summary>
internal static class ReplyFormat
{
    private static readonly JsonDocumentOptions DomOptions = new() { MaxDepth = 1_100 };

    public static ApiReply Apply(ApiReply reply, IReadOnlyDictionary<string, string> parameters)
    {
        var paths = parameters.GetValueOrDefault("filter_path");
        var isPretty = parameters.TryGetValue("pretty", out var pretty) && pretty != "false";
        if ((!isPretty && string.IsNullOrEmpty(paths)) || reply.Body.IsEmpty || !reply.ContentType.StartsWith("application/json", StringComparison.Ordinal))
        {
            return reply;
        }

        using var document = JsonDocument.Parse(reply.Body, DomOptions);
        var buffer = new ArrayBufferWriter<byte>(reply.Body.Length);
        using (var json = new Utf8JsonWriter(buffer, new() { Indented = isPretty, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 1_100 }))
        {
            if (string.IsNullOrEmpty(paths))
            {
                document.RootElement.WriteTo(json);
            }
            else
            {
                JsonFilter.FromPaths(paths).Write(document.RootElement, json);
            }
        }

        if (isPretty)
        {
            buffer.Write("\n"u8);
        }

        return reply with { Body = buffer.WrittenMemory };
    }
}
