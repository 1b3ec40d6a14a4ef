using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portage.Sandbox.Http;
using Portage.Sandbox.Mappings;

namespace Portage.Sandbox.Documents;

/// <summary>The body of an update, and what it makes of a document.</summary>
internal static class UpdateReader
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 1_000 };

    /// <exception cref="ApiException">The body is not an update.</exception>
    public static UpdateBody Read(ReadOnlyMemory<byte> source)
    {
        JsonObject body;
        try
        {
            body = JsonNode.Parse(source.Span, documentOptions: new() { MaxDepth = 1_000, AllowDuplicateProperties = false }) as JsonObject
                ?? throw new ApiException(400, "x_content_parse_exception", "[UpdateRequest] Expected START_OBJECT");
        }
        catch (JsonException e)
        {
            throw new ApiException(400, "json_parse_exception", e.Message);
        }

        foreach (var (name, _) in body)
        {
            if (name is not ("doc" or "upsert" or "doc_as_upsert" or "detect_noop" or "script" or "scripted_upsert" or "_source" or "if_seq_no" or "if_primary_term"))
            {
                throw new ApiException(400, "x_content_parse_exception", $"[1:2] [UpdateRequest] unknown field [{name}]");
            }
        }

        return body["doc"] is null && body["script"] is null
            ? throw ApiException.Validation("script or doc is missing")
            : new(body["doc"] as JsonObject, body["upsert"] as JsonObject, IsTrue(body["doc_as_upsert"], otherwise: false), IsTrue(body["detect_noop"], otherwise: true));
    }

    /// <summary>The document with the changes on top, objects merged, everything else replaced; numbers keep their text.</summary>
    public static (byte[] Source, bool IsChanged) Merge(ReadOnlyMemory<byte> source, JsonObject changes)
    {
        var document = (JsonObject)JsonNode.Parse(SourceJson.WithoutMark(source).Span, documentOptions: new() { MaxDepth = 1_000, CommentHandling = JsonCommentHandling.Skip })!;
        var isChanged = Overlay(document, changes);
        return (Bytes(document), isChanged);
    }

    public static byte[] Bytes(JsonObject document) => ApiReply.JsonBytes(json => document.WriteTo(json, Relaxed));

    private static bool Overlay(JsonObject onto, JsonObject changes)
    {
        var isChanged = false;
        foreach (var (name, value) in changes)
        {
            if (value is JsonObject inner && onto[name] is JsonObject had)
            {
                isChanged |= Overlay(had, inner);
            }
            else if (!onto.ContainsKey(name) || !JsonNode.DeepEquals(onto[name], value))
            {
                onto[name] = value?.DeepClone();
                isChanged = true;
            }
        }

        return isChanged;
    }

    private static bool IsTrue(JsonNode? node, bool otherwise) => node is null ? otherwise : node.ToString() == "true";
}
