using System.Text.Json;
using Portage.Sandbox.Http;
using Portage.Sandbox.Indices;

namespace Portage.Sandbox.Documents;

/// <summary>One document at a time: <c>_doc</c>, <c>_create</c>, <c>_source</c>, <c>_update</c>.</summary>
internal sealed class DocumentApi(ClusterState cluster)
{
    private const string WriteParameters = "refresh routing timeout version version_type if_seq_no if_primary_term op_type wait_for_active_shards pipeline require_alias";
    private const string ReadParameters = "_source _source_includes _source_excludes routing preference realtime refresh stored_fields version version_type";
    private readonly DocumentWriter _writer = new(cluster);

    public IEnumerable<Route> Routes =>
    [
        new("POST", "/{index}/_doc", WriteParameters, request => Write(request, WriteKind.Index)),
        new("POST", "/{index}/_doc/{id}", WriteParameters, request => Write(request, WriteKind.Index)),
        new("PUT", "/{index}/_doc/{id}", WriteParameters, request => Write(request, WriteKind.Index)),
        new("POST", "/{index}/_create/{id}", WriteParameters, request => Write(request, WriteKind.Create)),
        new("PUT", "/{index}/_create/{id}", WriteParameters, request => Write(request, WriteKind.Create)),
        new("DELETE", "/{index}/_doc/{id}", WriteParameters, request => Write(request, WriteKind.Delete)),
        new("POST", "/{index}/_update/{id}", WriteParameters + " retry_on_conflict _source _source_includes _source_excludes", request => Write(request, WriteKind.Update)),
        new("GET", "/{index}/_doc/{id}", ReadParameters, Get),
        new("HEAD", "/{index}/_doc/{id}", ReadParameters, Get),
        new("GET", "/{index}/_source/{id}", ReadParameters, GetSource),
        new("HEAD", "/{index}/_source/{id}", ReadParameters, GetSource),
    ];

    /// <summary>The members of a found or missing document, as <c>_doc</c> and <c>_mget</c> show them.</summary>
    public static void WriteDocument(Utf8JsonWriter json, string index, string id, StoredDocument? document, SourceSelection selection)
    {
        json.WriteString("_index", index);
        json.WriteString("_id", id);
        if (document is null)
        {
            json.WriteBoolean("found", false);
            return;
        }

        json.WriteNumber("_version", document.Version);
        json.WriteNumber("_seq_no", document.SequenceNumber);
        json.WriteNumber("_primary_term", StoredDocument.PrimaryTerm);
        if (document.Routing is not null)
        {
            json.WriteString("_routing", document.Routing);
        }

        json.WriteBoolean("found", true);
        selection.Write(json, document);
    }

    /// <summary>The index and document a read is for.</summary>
    /// <exception cref="ApiException">There is no such index, or the routing it needs is missing.</exception>
    public static (SandboxIndex Index, StoredDocument? Document) Find(ClusterState cluster, string name, string id, string? routing)
    {
        var (index, alias) = cluster.Expressions.ResolveOne(name, forWriting: false) ?? throw ApiException.IndexNotFound(name, "index_expression");
        IndexBlocks.CheckRead(index);
        routing ??= alias?.SearchRouting;
        return index.Mapping.RoutingIsRequired && routing is null ? throw DocumentWriter.RoutingMissing(index, id) : (index, index.Find(id, routing));
    }

    private ApiReply Get(ApiRequest request)
    {
        var id = request.RequiredPath("id");
        var (index, document) = Find(cluster, request.RequiredPath("index"), id, request.Parameter("routing"));
        return ApiReply.Json(document is null ? 404 : 200, json =>
        {
            json.WriteStartObject();
            WriteDocument(json, index.Name, id, document, SourceSelection.FromParameters(request) ?? SourceSelection.All);
            json.WriteEndObject();
        });
    }

    private ApiReply GetSource(ApiRequest request)
    {
        var id = request.RequiredPath("id");
        var name = request.RequiredPath("index");
        var (_, document) = Find(cluster, name, id, request.Parameter("routing"));
        return document is null or { Source.IsEmpty: true }
            ? throw new ApiException(404, "resource_not_found_exception", $"Document not found [{name}]/[{id}]")
            : new(200, ApiReply.JsonType, document.Source);
    }

    private ApiReply Write(ApiRequest request, WriteKind kind)
    {
        var isRefreshed = WriteReply.RefreshIsForced(request);
        if (kind != WriteKind.Delete && !request.HasBody)
        {
            throw new ApiException(400, "parse_exception", "request body is required");
        }

        var operation = new WriteOperation(request.Parameter("op_type") == "create" ? WriteKind.Create : kind, request.RequiredPath("index"), request.Path("id"))
        {
            Routing = request.Parameter("routing"),
            Version = request.Number("version"),
            VersionType = BulkReader.ReadVersionType(request.Parameter("version_type") ?? "internal"),
            IfSequenceNumber = request.Number("if_seq_no"),
            IfPrimaryTerm = request.Number("if_primary_term"),
            RequiresAlias = request.Flag("require_alias"),
            Pipeline = request.Parameter("pipeline"),
            Source = request.Body,
        };
        Check(operation);

        var result = _writer.Write(operation);
        return ApiReply.Json(result.Status, json =>
        {
            json.WriteStartObject();
            if (result.Result == "noop")
            {
                // The real server counts no shards for nothing, though a bulk item does.
                WriteReply.WriteMembers(json, result, isRefreshed: false, copies: 0, done: 0);
            }
            else
            {
                WriteReply.WriteMembers(json, result, isRefreshed);
            }

            if (kind == WriteKind.Update && SourceSelection.FromParameters(request) is { } selection)
            {
                WriteUpdated(json, result, operation.Routing, selection);
            }

            json.WriteEndObject();
        });
    }

    private static void Check(WriteOperation operation)
    {
        if (operation is { VersionType: VersionType.Internal, Version: not null })
        {
            throw ApiException.Validation("internal versioning can not be used for optimistic concurrency control. Please use `if_seq_no` and `if_primary_term` instead");
        }

        if (operation is { VersionType: not VersionType.Internal, Version: null })
        {
            throw ApiException.Validation($"illegal version value [-3] for version type [{(operation.VersionType == VersionType.External ? "EXTERNAL" : "EXTERNAL_GTE")}]");
        }
    }

    private void WriteUpdated(Utf8JsonWriter json, WriteResult result, string? routing, SourceSelection selection)
    {
        var document = cluster.Indices[result.Index].Find(result.Id, routing);
        if (document is null)
        {
            return;
        }

        json.WriteStartObject("get");
        json.WriteNumber("_seq_no", document.SequenceNumber);
        json.WriteNumber("_primary_term", StoredDocument.PrimaryTerm);
        json.WriteBoolean("found", true);
        selection.Write(json, document);
        json.WriteEndObject();
    }
}
