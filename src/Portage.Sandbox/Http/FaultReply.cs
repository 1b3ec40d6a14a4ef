using System.Text;

namespace Portage.Sandbox.Http;

/// <summary>What a client sees when a whole request fails: some of it from the server, some from a proxy before it.</summary>
internal static class FaultReply
{
    public static ApiReply Of(int status) => status switch
    {
        // Indexing pressure, OpenSearch 2.x.
        429 => new ApiException(429, "rejected_execution_exception", "rejected execution of coordinating operation [coordinating_and_primary_bytes=0, replica_bytes=0, all_bytes=0, coordinating_operation_bytes=0, max_coordinating_and_primary_bytes=0]").ToReply(),

        // A body over http.max_content_length gets no words.
        413 => new(413, ApiReply.JsonType, ReadOnlyMemory<byte>.Empty),

        // A proxy answers in HTML.
        502 or 503 or 504 => new(status, "text/html", Encoding.UTF8.GetBytes($"<html><head><title>{status} {Words(status)}</title></head><body><h1>{status} {Words(status)}</h1></body></html>\n")),
        _ => new ApiException(status, "exception", $"the sandbox was told to answer {status}").ToReply(),
    };

    private static string Words(int status) => status switch
    {
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        _ => "Gateway Timeout",
    };
}
